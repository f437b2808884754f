import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from postroom.jobs.door import enqueue, job
from postroom.jobs.running import run_jobs

done: list[dict[str, object]] = []


@job("tests.note", retry=0)
def note(**arguments: object) -> None:
    done.append(arguments)


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
    assert ProcrastinateJob.objects.count() == 0


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
    assert ProcrastinateJob.objects.get().status == "todo"
