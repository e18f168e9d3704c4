import logging


class WithoutArguments(logging.Filter):
    """Keeps addresses and codes out of the log: a job's arguments, a refusal's text."""

    def filter(self, record):
        job = getattr(record, "job", None)
        if isinstance(job, dict):
            record.msg = "Job %s %s: %s %s"
            error = record.exc_info[0].__name__ if record.exc_info else ""
            record.args = (
                job.get("id"),
                job.get("task_name"),
                getattr(record, "action", ""),
                error,
            )
            record.exc_info = record.exc_text = None
        return True
