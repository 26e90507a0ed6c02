"""One worker process of the service. It never outlives the process that started it."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.process import BaseProcess

from fastapi import FastAPI

from app.main import app_from_environment


def app_of_worker() -> FastAPI:
    """The application as a worker process serves it.

    After a kill -9 of the command its workers would go on listening: the next start would find its port taken.
    """
    starter = multiprocessing.parent_process()
    if starter is not None:
        threading.Thread(target=_end_with, args=(starter,), name="end-with-starter", daemon=True).start()
    return app_from_environment()


def _end_with(starter: BaseProcess) -> None:
    starter.join()
    os.kill(os.getpid(), signal.SIGTERM)
