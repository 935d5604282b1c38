"""Commands: parses words, calls the pipeline, prints, ends with the contract's exit codes."""
