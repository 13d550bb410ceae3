"""The gateway survives being killed, and the crash program would notice if it did not.

`GATEHOUSE_CRASH_KILLS` says how often it is killed, `GATEHOUSE_CRASH_SEED` what the choices are drawn from.
"""

import json
import os
import random
import shutil

import pytest

from crash import Crash, check_links, check_log, check_scans, check_synced, crash
from crash_witnesses import CLIENT, Broken, Claim, Evidence, Mirror, Seen, check_clock, digest, source_of
from daemon import Daemon, folder

KILLS = int(os.environ.get("GATEHOUSE_CRASH_KILLS", "8"))
SEED = int(os.environ.get("GATEHOUSE_CRASH_SEED", random.randrange(1_000_000)))


def test_a_killed_gateway_keeps_its_promises():
    run = crash(KILLS, SEED)
    print(run.summary())
    assert sum(run.counts.values()) == KILLS
    assert run.evidence.counts["seen"] > 0 < run.evidence.counts["claims"]
    assert all(run.logs.values()), "a clock at which nobody punched proves nothing"
    shutil.rmtree(run.place)


class Forgetful(Crash):
    """A gateway whose disk loses what was written last: after the second kill it stands as after the first."""

    kept = None

    def look(self):
        if self.kept is None:
            super().look()
            self.kept = f"{self.place}/kept"
            shutil.copytree(self.daemon.data, self.kept)
        else:
            shutil.rmtree(self.daemon.data)
            shutil.copytree(self.kept, self.daemon.data)
            super().look()


def test_a_gateway_that_forgets_is_found_out(tmp_path):
    run = Forgetful(str(tmp_path), SEED, {"any": 1})
    with pytest.raises(Broken, match="not in the journal"):
        run.run(3)


def test_a_gateway_told_to_stop_as_soon_as_it_is_ready_stops_in_order():
    with folder() as place:
        for number in range(10):
            with Daemon(f"{place}/{number}") as daemon:
                assert daemon.stop() == 0
                assert not os.path.exists(f"{place}/{number}/run.json")


SCANNER, CLOCK = source_of("scanner"), source_of("clock")


def body(sequence, topic, source, name, **data):
    event = {"id": name, "source": source, "type": f"gatehouse.{topic}", "sequence": f"{sequence:020}", "data": data}
    return json.dumps(event).encode()


def journal(*rows):
    """A mirror of events given as topic, source, id and data, in order, with everything about them as it must be."""
    mirror = Mirror("no file")
    for topic, source, name, data in rows:
        sequence = mirror.head + 1
        mirror.take(sequence, topic, source, mirror.heads[topic], b"", body(sequence, topic, source, name, **data))
    return mirror


def scan(name, number):
    return ("scan.recorded", SCANNER, name, {"code": f"scanner:{number:06}"})


def punch(number, second):
    return {"record": number, "badge": "20001", "time": f"2026-11-24T08:00:{second:02}", "state": 0, "verify": 1}


def punched(second):
    return ("punch.recorded", CLOCK, f"20001/2026-11-24T08:00:{second:02}/0/1", {})


def synced(second):
    return ("device.synced", CLOCK, f"synced {second}", {"through": f"2026-11-24T08:00:{second:02}.500+08:00"})


class TestTheMirror:
    """Each row but one follows what is there already: event 1 of topic ext.a."""

    @pytest.mark.parametrize(
        "sequence, previous, said, name, reason",
        [
            (3, 1, 3, "b", "a gap in the sequence"),
            (1, 1, 1, "b", "a gap in the sequence"),
            (2, 0, 2, "b", "the ext.a before it is 1, not 0"),
            (2, 1, 3, "b", "says it were"),
            (2, 1, 2, "a", "events 1 and 2 are both"),
        ],
    )
    def test_refuses_a_row_that_does_not_follow(self, sequence, previous, said, name, reason):
        mirror = journal(("ext.a", CLIENT, "a", {}))
        with pytest.raises(Broken, match=reason):
            mirror.take(sequence, "ext.a", CLIENT, previous, b"", body(said, "ext.a", CLIENT, name))

    def test_refuses_a_body_of_another_topic_or_source(self):
        for topic, source in [("ext.b", CLIENT), ("ext.a", CLOCK)]:
            with pytest.raises(Broken, match="lies about itself"):
                Mirror("no file").take(1, "ext.a", CLIENT, 0, b"", body(1, topic, source, "a"))


class TestTheEvidence:
    MIRROR = journal(("ext.a", CLIENT, "a", {}), ("ext.a", CLIENT, "b", {}), ("ext.b", CLIENT, "c", {}))
    BODY = digest(body(2, "ext.a", CLIENT, "b"))

    @pytest.mark.parametrize(
        "seen, reason",
        [
            (Seen("she", 2, 1, "ext.a", BODY), None),
            (Seen("she", 2, None, "ext.a", BODY), None),
            (Seen("she", 4, 1, "ext.a", BODY), "is not in the journal"),
            (Seen("she", 3, 0, "ext.b", BODY), "with other bytes"),
            (Seen("she", 2, 1, "ext.b", BODY), "with other bytes"),
            (Seen("she", 2, 0, "ext.a", BODY), "after 0, the journal says 1"),
        ],
    )
    def test_holds_what_was_seen_against_the_journal(self, seen, reason):
        evidence = Evidence()
        evidence.add(seen=[seen])
        if reason is None:
            evidence.check(self.MIRROR)
            assert evidence.counts["seen"] == 1
        else:
            with pytest.raises(Broken, match=reason):
                evidence.check(self.MIRROR)

    @pytest.mark.parametrize("name, sequence, reason", [("b", 3, "and is at 2"), ("d", 2, "is not in the journal")])
    def test_holds_what_was_answered_against_the_journal(self, name, sequence, reason):
        evidence = Evidence()
        evidence.add(claims=[Claim(CLIENT, "b", 2), Claim(CLIENT, name, sequence)])
        with pytest.raises(Broken, match=reason):
            evidence.check(self.MIRROR)

    def test_finds_a_heartbeat_that_ran_ahead(self):
        evidence = Evidence()
        evidence.add(beats=[3, 4])
        with pytest.raises(Broken, match="gave 4 as the head"):
            evidence.check(self.MIRROR)

    @pytest.mark.parametrize("batch", [["a", "d"], ["d", "a"], ["b", "a"], ["a", "c"]])
    def test_finds_a_batch_in_part_or_out_of_order(self, batch):
        evidence = Evidence()
        evidence.add(batches=[["a", "b", "c"], ["d", "e"], batch])
        with pytest.raises(Broken, match="in part or out of order"):
            evidence.check_batches(self.MIRROR)


class TestTheDevices:
    def test_a_punch_that_is_missing_is_found(self):
        mirror = journal(punched(1), punched(3))
        check_clock(mirror, "clock", [punch(1, 1), punch(3, 3)], "was acknowledged")
        with pytest.raises(Broken, match="record 2, 20001/2026-11-24T08:00:02/0/1, was acknowledged"):
            check_clock(mirror, "clock", [punch(1, 1), punch(2, 2)], "was acknowledged")

    def test_a_punch_under_a_second_name_is_found(self):
        mirror = journal(punched(1), ("punch.recorded", CLOCK, "uid:7/2026-11-24T08:00:01/0/1", {}))
        with pytest.raises(Broken, match="in the journal alone {'uid:7"):
            check_log(mirror, "clock", [punch(1, 1)])

    def test_a_sync_vouches_for_what_lies_before_it_only(self):
        punches = [punch(1, 1), punch(2, 2)]
        check_synced(journal(punched(1), synced(1), punched(2)), "clock", punches)
        with pytest.raises(Broken, match="these came later"):
            check_synced(journal(punched(1), synced(2), punched(2)), "clock", punches)

    @pytest.mark.parametrize(
        "story, reason",
        [
            (["connected", "disconnected", "connected", "disconnected"], None),
            (["connected", "connected"], "is connected since event 1"),
            (["connected", "disconnected", "disconnected"], "was not connected"),
            (["connected", "disconnected", "connected"], "still connected"),
        ],
    )
    def test_connections_and_disconnections_alternate(self, story, reason):
        mirror = journal(*((f"device.{word}", CLOCK, str(number), {}) for number, word in enumerate(story)))
        if reason is None:
            check_links(mirror)
        else:
            with pytest.raises(Broken, match=reason):
                check_links(mirror)

    def test_scans_may_be_missing(self):
        check_scans(journal(scan("a", 1), scan("b", 3)), "scanner", made=4)

    @pytest.mark.parametrize(
        "rows, reason",
        [
            ([scan("a", 1), scan("b", 1)], "scan 1 of scanner after scan 1"),
            ([scan("a", 2), scan("b", 1)], "scan 1 of scanner after scan 2"),
            ([scan("a", 5)], "scan 5 of scanner after scan 0"),
            ([("scan.recorded", SCANNER, "a", {"code": "nner:000001"})], "was never scanned"),
        ],
    )
    def test_scans_twice_out_of_order_or_in_part_are_found(self, rows, reason):
        with pytest.raises(Broken, match=reason):
            check_scans(journal(*rows), "scanner", made=4)
