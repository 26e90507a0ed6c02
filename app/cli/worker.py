"""One worker process of the service. It never outlives the process that started it."""

import gc
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
    app = app_from_environment()
    spare_what_stays()
    return app


def spare_what_stays() -> None:
    """Leave what is loaded by now out of every later garbage collection: it stays until the process ends.

    Else each full collection walks through all of it, a tenth of a second in which nobody is answered.
    """
    gc.collect()
    gc.freeze()


def _end_with(starter: BaseProcess) -> None:
    starter.join()
    os.kill(os.getpid(), signal.SIGTERM)
