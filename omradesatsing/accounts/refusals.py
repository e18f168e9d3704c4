class Refused(Exception):
    """The step cannot be taken as things stand; the message is meant for the user."""
