"""Ground floor: the facts as the tracker has them. HTTP and vendors' words stop here."""
