"""Configuration: TOML in, validated values out; every fault at once."""

from connector.config.load import load_config
from connector.config.schema import Config, Project

__all__ = ["Config", "Project", "load_config"]
