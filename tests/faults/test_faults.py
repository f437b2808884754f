"""Faults no worker dies of: the database away for ten seconds, answers cut or spoilt after the network has acted."""

import time

import pytest

from tests.faults.conftest import Stage
from tests.faults.house import wait_until
from tests.faults.networks import NETWORKS
from tests.faults.striking import every_third
from tests.faults.test_killed_worker import ITEMS, all_ended, check_once
from tests.networks.proxy import Fault, Trouble

ACCEPTED_AND_CUT = Fault("cut after acceptance", Trouble.CUT, forwarded=True)
ACCEPTED_AND_FAILED = Fault("503 after acceptance", Trouble.ANSWER, forwarded=True, status=503)
TORN = Fault("torn", Trouble.TORN, forwarded=True)


@pytest.mark.parametrize("fault", [ACCEPTED_AND_CUT, ACCEPTED_AND_FAILED, TORN], ids=lambda fault: fault.name)
@pytest.mark.parametrize("stage", NETWORKS, indirect=True)
def test_spoilt_after_acceptance(stage: Stage, fault: Fault) -> None:
    stage.connect(2)
    texts = [f"number {index}" for index in range(3)]
    stage.fill(texts, ITEMS if stage.samples.network.threads else [])
    stage.striker._armed = every_third(fault)
    stage.house.start_worker()
    wait_until(lambda: all_ended(stage), 60, stage.house.standing)
    assert stage.striker._fired
    stage.striker.disarm()
    check_once(stage, len(texts), 3 if stage.samples.network.threads else 1)


@pytest.mark.parametrize("stage", NETWORKS[:1], indirect=True)
def test_postgresql_away_for_ten_seconds(stage: Stage) -> None:
    stage.connect(4)
    texts = [f"number {index}" for index in range(40)]
    stage.fill(texts, ITEMS)
    stage.house.start_worker()
    wait_until(lambda: len(stage.striker.calls) > 20, 60, "the run is in its middle")
    stage.house.kill_database()
    time.sleep(10)  # what is tested is just this
    stage.house.database.start()
    wait_until(lambda: all_ended(stage), 60, stage.house.standing)
    check_once(stage, len(texts), 3)


@pytest.mark.parametrize("stage", NETWORKS[:1], indirect=True)
def test_two_workers_and_one_of_them_dies(stage: Stage) -> None:
    stage.connect(6)
    texts = [f"number {index}" for index in range(15)]
    stage.fill(texts, ITEMS)
    workers = [stage.house.start_worker() for _ in range(2)]
    wait_until(lambda: len(stage.striker.calls) > 30, 60, "the run is in its middle")
    workers[0].kill()
    wait_until(lambda: all_ended(stage), 60, stage.house.standing)
    check_once(stage, len(texts), 3)
    alive = "SELECT * FROM publishing_worker WHERE stopped_at IS NULL"
    wait_until(lambda: len(stage.house.rows(alive)) == 1, 30, "the other one has seen the death")
    assert workers[1].poll() is None
    workers[1].terminate()
    assert workers[1].wait(40) == 0
    assert stage.house.rows(alive) == []
