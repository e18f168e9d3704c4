import asyncio

from asgiref.sync import sync_to_async
from django.core.management.base import BaseCommand
from django.db import connections
from procrastinate.contrib.django import app


class Command(BaseCommand):
    help = (
        "Delivers notices and runs due jobs until it is told to stop (SIGTERM or"
        " Ctrl-C). Any number of workers may run."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--one-shot",
            action="store_true",
            help="Do what is due now, then stop.",
        )

    def handle(self, *, one_shot, **options):
        # A second app for the worker's own connection. The tasks keep the first one:
        # what a job enqueues is part of that job's transaction.
        worker_app = app.with_connector(app.connector.get_worker_connector())
        asyncio.run(work(worker_app, wait=not one_shot))


async def work(worker_app, *, wait):
    try:
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                wait=wait,
                listen_notify=wait,
                # What is done is forgotten: it may hold a code or an address.
                delete_jobs="successful",
                # Longer than a mail server's time-out: nothing is cut off half sent.
                shutdown_graceful_timeout=30,
            )
    finally:
        # The periodic jobs' clock has used Django's own connection.
        await sync_to_async(connections.close_all)()
