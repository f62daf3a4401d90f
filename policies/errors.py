"""What can be wrong with a policy."""


class PolicyError(Exception):
    """The policy file is wrong; mend the place that the message names as file:line:column."""
