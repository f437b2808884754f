import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from postroom.jobs.door import enqueue, job
from postroom.jobs.running import run_jobs

done: list[dict[str, object]] = []


@job("tests.note", retry=0)
def note(**arguments: object) -> None:
    done.append(arguments)


@job("tests.note_on_loop", retry=0)
async def note_on_loop(**arguments: object) -> None:
    done.append(arguments)


@job("tests.stumble", retry=2)
def stumble() -> None:
    done.append({"stumbled": True})
    raise RuntimeError


@pytest.fixture(autouse=True)
def _forget():
    done.clear()


def _run() -> None:
    """Run what waits, as a worker would; its threads' connections are closed after."""
    asyncio.run(run_jobs(until_empty=True))
    connections.close_all()


def test_a_job_is_there_when_its_transaction_commits(db):
    identifier = uuid4()
    with transaction.atomic():
        assert enqueue(note, asset_id=identifier)
    _run()
    assert done == [{"asset_id": str(identifier)}]


def test_a_job_vanishes_with_its_transaction(db):
    def ask_and_fail() -> None:
        with transaction.atomic():
            enqueue(note, number=1)
            raise KeyError

    with pytest.raises(KeyError):
        ask_and_fail()
    assert ProcrastinateJob.objects.filter(task_name__startswith="tests.").count() == 0


def test_a_key_keeps_a_second_job_from_waiting_and_leaves_the_transaction_whole(db):
    with transaction.atomic():
        assert enqueue(note, key="a", number=1)
        assert not enqueue(note, key="a", number=2)
        assert enqueue(note, key="b", number=3)
    _run()
    assert sorted(str(call["number"]) for call in done) == ["1", "3"]
    assert enqueue(note, key="a", number=4)


def test_a_job_for_later_waits(db):
    enqueue(note, run_at=datetime.now(tz=UTC) + timedelta(hours=1), number=1)
    _run()
    assert done == []
    assert ProcrastinateJob.objects.get(task_name="tests.note").status == "todo"


def test_a_job_whose_worker_died_runs_again(db, owner_dsn):
    enqueue(note, number=1)
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("update procrastinate_jobs set status = 'doing'")
    _run()
    assert done == [{"number": 1}]


def test_a_job_that_fails_waits_for_its_next_try(db):
    enqueue(stumble)
    _run()
    assert done == [{"stumbled": True}]
    left = ProcrastinateJob.objects.get(task_name="tests.stumble")
    assert (left.status, left.attempts) == ("todo", 1)
    assert left.scheduled_at > datetime.now(tz=UTC)


def test_an_async_job_runs(db):
    enqueue(note_on_loop, number=1)
    _run()
    assert done == [{"number": 1}]
