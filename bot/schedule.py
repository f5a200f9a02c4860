"""All scheduled jobs of an installation: those of the notices, and those that keep the bot's own tables in order."""

from functools import partial

from bot.media.forget import KEPT_DAYS, forget_files
from notifications.schedule import JOBS, Job


def jobs(kept_days: int = KEPT_DAYS) -> tuple[Job, ...]:
    """Every job. kept_days: how long a received file stays that nothing refers to."""
    return (
        *JOBS,
        Job(name="forget-files", cron="50 3 * * *", run=partial(forget_files, kept_days=kept_days)),
    )
