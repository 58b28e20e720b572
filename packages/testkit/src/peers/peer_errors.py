"""Tells a refusal, which is about the request, from an error that is not."""


def outcome_of(work, refusals):
    """What `work` gives, in the form of a line of the result. `refusals` are the classes of the library's own errors."""
    try:
        return {"kind": "sent", "bodies": work()}
    except refusals as error:
        return {"kind": "refused", "reason": f"{type(error).__name__}: {error}"}
    except Exception as error:  # whatever else it is, it was not meant
        return {"kind": "crashed", "reason": f"{type(error).__name__}: {error}"}
