"""When milestones will be finished: learned from their past, calibrated, or refused with a reason. Pure."""
