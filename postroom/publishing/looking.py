"""Doubt: a publication that may be public is looked up before anything is sent again."""

from datetime import datetime, timedelta

import structlog

from postroom.networks.shape import Absent, Draft, Find, Found, Receipt, Unclear
from postroom.networks.verdicts import Expired, Limited, Stop, Touch, Verdict
from postroom.publishing import checkpoint as cp
from postroom.publishing import endings
from postroom.publishing.drafting import make_draft
from postroom.publishing.endings import Ending
from postroom.publishing.errands import Errand, Lane
from postroom.publishing.renewing import Renewer
from postroom.publishing.scribing import Scribe

log = structlog.get_logger("postroom.looking")


class Looker:
    """Settles doubt by the network's `find`, or hands it to a person."""

    def __init__(self, scribe: Scribe, renewer: Renewer) -> None:
        """Write by `scribe`; renew keys by `renewer`."""
        self.scribe, self.renewer = scribe, renewer

    async def look(self, lane: Lane, errand: Errand) -> bool:
        """Look one up. True: sending may go on from the checkpoint (the next part, or this one again)."""
        scribe, find = self.scribe, lane.network.find
        await scribe.begin(errand, "find", Touch.LOOKS, 0)
        if find is None:
            ending = endings.give_to_person("This network can't be asked for it", scribe.standing(errand))
            scribe.end(lane, errand, ending, outcome="unclear")
            return False
        found = await self._ask(lane, errand, find)
        if isinstance(found, Receipt):
            del errand.checkpoint["doubt"]
            errand.checkpoint["looked"] = True
            return scribe.published(lane, errand, found)
        if isinstance(found, Absent):
            return self._absent(lane, errand, find)
        self._unclear(lane, errand, found)
        return False

    async def _ask(self, lane: Lane, errand: Errand, find: Find) -> Found | Verdict:
        """Run the network's find; a verdict that stopped it is an answer too."""
        lane.line.touch, lane.line.keyed = Touch.LOOKS, False
        draft = draft_of(errand)
        for again in (True, False):
            try:
                return await find.run(lane.line, draft, errand.checkpoint["bag"])
            except Stop as stop:
                if not (again and isinstance(stop.verdict, Expired)):
                    return stop.verdict
                refused = await self.renewer.renew(lane, stop.verdict)
                if refused is not None:
                    return refused
            except Exception as error:
                log.exception("bug in an adapter", network=lane.network.name, step="find", publication=errand.id)
                return Unclear(f"a mistake in Postroom: {type(error).__name__}")
        return Unclear("the key was not accepted")

    def _absent(self, lane: Lane, errand: Errand, find: Find) -> bool:
        """It isn't there: proof, if enough time has passed since."""
        state = errand.checkpoint
        trusted = cp.moment(state["doubt"]["since"]) + timedelta(seconds=find.trust_absence_after)
        if self.scribe.clock.now() < trusted:
            self.scribe.end(lane, errand, self._still_in_doubt(errand, trusted), outcome="absent")
            return False
        del state["doubt"]
        state["looked"] = True
        self.scribe.step_done(lane, errand, "absent")
        return True

    def _unclear(self, lane: Lane, errand: Errand, found: Unclear | Verdict) -> None:
        """Could not tell: look again later, less and less often, then ask a person."""
        scribe, why = self.scribe, found.why
        if isinstance(found, Limited):
            until = found.until or scribe.clock.after(endings.UNNAMED_LIMIT)
            lane.hold(until, why)
            scribe.end(
                lane,
                errand,
                self._still_in_doubt(errand, until),
                outcome="stop",
                verdict="limited",
                answer=why,
            )
            return
        if isinstance(found, Expired):  # the channel itself holds it until its owner reconnects
            again = scribe.clock.after(endings.LOOKS[0])
            ending = self._still_in_doubt(errand, again)
            scribe.end(lane, errand, ending, outcome="stop", verdict="expired", answer=why)
            return
        doubt = errand.checkpoint["doubt"]
        doubt["looks"] += 1
        if doubt["looks"] >= len(endings.LOOKS):
            message = f"It could not be found out whether it is public ({why})"
            ending = endings.give_to_person(message, scribe.standing(errand))
        else:
            ending = self._still_in_doubt(errand, scribe.clock.after(endings.LOOKS[doubt["looks"]]))
        scribe.end(lane, errand, ending, outcome="unclear", answer=why)

    def _still_in_doubt(self, errand: Errand, again: datetime) -> Ending:
        ending = endings.doubt("It may be public; it is being looked up.", self.scribe.standing(errand))
        return Ending(ending.to, again, "unsure", ending.reason, in_doubt=True)


def draft_of(errand: Errand) -> Draft:
    """Make the draft of the part an errand stands at, with its stored key and moment."""
    state = errand.checkpoint
    part = state["part"]
    return make_draft(
        errand.content,
        part,
        key=state["keys"][part],
        at=cp.moment(state["ats"][part]),
        receipts=[cp.receipt(stored) for stored in state["receipts"]] if part else (),
        files=errand.files,
    )
