"""The command `clientview`: looks whether the packages are its own, then hands over to `cli`.

Other distributions own the names `adapters` and `mappings` too, and installers overwrite one
with the other without a word. Nothing of ours but this file is imported before that is ruled out.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

DISTRIBUTION = "clientview"
_OURS = ("adapters", "mappings")


def foreign_owners(owners: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the distributions that have overwritten our packages.

    Args:
        owners: Import package to the distributions that hold it. An absent package is fine:
            editable installations list none.
    """
    found = {owner for package in _OURS for owner in owners.get(package, ()) if owner != DISTRIBUTION}
    return tuple(sorted(found))


def main() -> None:
    """Run the command and end the process with its exit code."""
    arguments = sys.argv[1:]
    if "--help" not in arguments:  # help imports none of the packages in question
        from importlib.metadata import packages_distributions

        foreign = foreign_owners(packages_distributions())
        if foreign:
            names = ", ".join(foreign)
            sys.stderr.write(
                f"clientview: another distribution, {names}, has overwritten adapters or mappings."
                " Install clientview in an environment of its own: pipx install clientview\n"
            )
            raise SystemExit(2)
    from connector.cli.app import run

    raise SystemExit(run(arguments))


if __name__ == "__main__":
    main()
