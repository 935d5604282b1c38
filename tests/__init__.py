"""The test suite: rules stated as tests."""
