"""The schemas and the AsyncAPI document of protocols/events say the same thing, and say it in valid form."""

import copy
import datetime
import io
import json
import re
import struct

import pytest
from jsonschema import Draft202012Validator

from validate_events import EVENTS, Catalogue, main, read_with_sdk

CATALOGUE = Catalogue()

TOPICS = """
device.connected device.disconnected device.faulted device.clock device.synced punch.recorded scan.recorded
site.updated schedule.assigned leave.granted leave.cancelled overtime.approved punch.corrected visit.waived
hazard.reported hazard.assigned hazard.submitted hazard.verified hazard.rejected incident.recorded measure.recorded
alert.acknowledged ext
attendance.updated attendance.closed presence.changed patrol.opened patrol.visited patrol.missed patrol.closed
patrol.revised hazard.opened hazard.overdue hazard.closed alert.raised alert.cleared reminder.due kpi.updated
incentive.computed
""".split()

VERBS = ["PING", "HEAD", "REPLAY", "CREDIT", "CANCEL", "APPEND", "DEVICES", "COMMAND"]


def example(topic):
    return copy.deepcopy(CATALOGUE.schemas[topic]["examples"][0])


def problems(event):
    return CATALOGUE.problems(json.dumps(event, ensure_ascii=False))


def subschemas(schema):
    """Every object within a schema that describes a property."""
    if isinstance(schema, dict):
        for properties in (schema.get("properties"), schema.get("patternProperties")):
            yield from (properties or {}).items()
        for value in schema.values():
            yield from subschemas(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from subschemas(value)


def test_there_is_a_schema_for_every_topic_and_none_beside():
    assert CATALOGUE.topics == sorted(TOPICS)


def test_the_topics_are_those_that_the_code_knows():
    source = EVENTS.parents[1] / "Sources" / "GatehouseModel" / "Topic.swift"
    table = re.search(r"static let all:.*?\n    \]\n", source.read_text(encoding="utf-8"), re.S).group()
    assert sorted(re.findall(r'"([a-z_]+\.[a-z_]+)"', table)) == sorted(set(TOPICS) - {"ext"})


def test_what_a_client_must_send_is_what_the_gateway_asks_for():
    source = EVENTS.parents[1] / "Sources" / "GatehouseEngine" / "PeopleEvents.swift"
    table = re.search(r"let required:.*?= \[(.*?)\n    \]\n", source.read_text(encoding="utf-8"), re.S).group(1)
    lists = re.findall(r'"([a-z.]+)": \[(.*?)\]', table, re.S)
    asked = {topic: re.findall(r'\("(\w+)", \.', fields) for topic, fields in lists}
    told = {topic: CATALOGUE.schemas[topic]["properties"]["data"]["required"] for topic in asked}
    assert len(asked) == 15
    assert {topic: sorted(fields) for topic, fields in asked.items()} == {t: sorted(f) for t, f in told.items()}


@pytest.mark.parametrize("name", ["envelope", *TOPICS])
class TestEverySchema:
    def test_is_valid_draft_2020_12(self, name):
        schema = CATALOGUE.schemas[name]
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(schema)

    def test_describes_every_property(self, name):
        schema = {key: value for key, value in CATALOGUE.schemas[name].items() if key != "examples"}
        bare = [key for key, value in subschemas(schema) if not value.get("description")]
        assert bare == []

    def test_requires_nothing_that_it_does_not_describe(self, name):
        data = CATALOGUE.schemas[name]["properties"]["data"]
        assert set(data.get("required", [])) <= set(data.get("properties", {}))

    def test_holds_an_example_that_everybody_accepts(self, name):
        schema = CATALOGUE.schemas[name]
        assert len(schema["examples"]) == 1
        assert problems(example(name)) == []

    def test_holds_an_example_in_the_order_in_which_events_are_written(self, name):
        order = list(CATALOGUE.schemas["envelope"]["properties"])
        assert list(example(name)) == [attribute for attribute in order if attribute in example(name)]


@pytest.mark.parametrize("topic", TOPICS)
class TestEveryTopic:
    def test_is_read_whole_by_the_cloudevents_sdk(self, topic):
        event = example(topic)
        read = read_with_sdk(json.dumps(event))
        assert (read.get_id(), read.get_type()) == (event["id"], event["type"])
        assert read.get_time().isoformat(timespec="milliseconds") == event["time"]
        assert read.get_extension("sequence") == event["sequence"]
        assert read.get_data() == event["data"]

    def test_is_told_in_the_page_with_its_example_and_every_field(self, topic):
        page = (EVENTS / "README.md").read_text(encoding="utf-8")
        heading = "### ext.<name>\n" if topic == "ext" else f"### {topic}\n"
        section = page.split(heading, 1)[1].split("\n### ", 1)[0]
        shown = re.search(r"```json\n(.*?)```", section, re.S).group(1)
        assert json.loads(shown) == example(topic)
        for field in CATALOGUE.schemas[topic]["properties"]["data"].get("properties", {}):
            assert f"| `{field}` |" in section

    def test_refuses_an_event_of_another_topic(self, topic):
        other = "punch.recorded" if topic != "punch.recorded" else "scan.recorded"
        assert not CATALOGUE.validators[topic].is_valid(example(other))

    def test_refuses_the_example_when_a_required_field_is_missing(self, topic):
        required = CATALOGUE.schemas[topic]["properties"]["data"].get("required", [])
        for field in required:
            event = example(topic)
            del event["data"][field]
            assert problems(event) != [], field

    def test_refuses_the_example_when_a_field_has_the_wrong_type(self, topic):
        for field, schema in CATALOGUE.schemas[topic]["properties"]["data"].get("properties", {}).items():
            if "type" not in schema:
                continue
            event = example(topic)
            event["data"][field] = [{"no": "such thing"}] if schema["type"] != "array" else "no list"
            assert problems(event) != [], field

    def test_has_a_channel_a_message_and_an_operation(self, topic):
        address = "ext.{name}" if topic == "ext" else topic
        channels = {name: c for name, c in CATALOGUE.asyncapi["channels"].items() if c["address"] == address}
        assert len(channels) == 1
        assert CATALOGUE.messages[f"{topic}.json"] == address
        (name,) = channels
        sends = [o for o in CATALOGUE.asyncapi["operations"].values() if o["channel"]["$ref"] == f"#/channels/{name}"]
        assert [o["action"] for o in sends] == ["send"]


STRICT = [t for t in TOPICS if CATALOGUE.schemas[t]["properties"]["data"].get("additionalProperties") is False]


@pytest.mark.parametrize("topic", STRICT)
def test_a_topic_that_is_fixed_refuses_a_field_that_nobody_named(topic):
    event = example(topic)
    event["data"]["surprise"] = 1
    assert any("surprise" in problem for problem in problems(event))


def test_every_device_topic_is_fixed():
    assert {"punch.recorded", "scan.recorded", *(t for t in TOPICS if t.startswith("device."))} <= set(STRICT)


def test_a_client_may_send_fields_of_its_own_along():
    event = example("leave.granted")
    event["data"]["ticket"] = "HR-77"
    assert problems(event) == []


@pytest.mark.parametrize(
    "attribute, value",
    [
        ("specversion", "0.3"),
        ("id", ""),
        ("source", "/sites/sh1/devices/"),
        ("source", "/sites/sh1/clients/hr"),
        ("source", "gate-1-clock"),
        ("type", "punch.recorded"),
        ("type", "gatehouse.punch.invented"),
        ("subject", ""),
        ("time", "2026-11-23T08:29:58+08:00"),
        ("time", "2026-11-23T00:29:58.000Z"),
        ("time", "2026-11-30T24:00:00.000+08:00"),
        ("time", "2026-11-31T08:00:00.000+08:00"),
        ("datacontenttype", "text/plain"),
        ("dataschema", "urn:gatehouse:scan.recorded:1"),
        ("sequence", "4711"),
        ("sequence", 4711),
        ("sequence", "0" * 20),
        ("recordedtime", None),
        ("causation", "1"),
        ("data", "in"),
        ("Traceparent", "00-ab"),
        ("fraction", 1.5),
    ],
)
def test_the_envelope_refuses(attribute, value):
    event = example("punch.recorded")
    event[attribute] = value
    assert problems(event) != []


@pytest.mark.parametrize("value", ["00-4bf92f", 7, True])
def test_the_envelope_lets_an_extension_attribute_through(value):
    assert problems({**example("leave.granted"), "traceparent": value}) == []


@pytest.mark.parametrize(
    "topic, change",
    [
        ("punch.recorded", {"direction": "sideways"}),
        ("punch.recorded", {"badge": 10023}),
        ("punch.recorded", {"badge": ""}),
        ("scan.recorded", {"native": {"hex": "5", "encoding": "utf-8"}}),
        ("scan.recorded", {"native": {"hex": "58", "encoding": "latin-1"}}),
        ("device.clock", {"offsetMilliseconds": 0.5}),
        ("device.clock", {"corrected": "yes"}),
        ("device.synced", {"through": "2026-11-23T08:30:00Z"}),
        ("device.faulted", {"code": "Wrong key"}),
        ("device.faulted", {"raw": "2F"}),
        ("device.disconnected", {"reason": None}),
        ("site.updated", {"sha256": "abc"}),
        ("schedule.assigned", {"date": "2026-13-01"}),
        ("schedule.assigned", {"date": "2026-02-30"}),
        ("leave.granted", {"from": "2026-11-26 at eight"}),
        ("punch.corrected", {"void": "10023/2026-11-23T08:29:58/0/15"}),
        ("visit.waived", {"round": "night-fire"}),
        ("alert.raised", {"severity": "panic"}),
        ("alert.raised", {"evidence": [4711]}),
        ("patrol.closed", {"visited": ["CP01", "CP01"]}),
        ("patrol.closed", {"status": "done"}),
        ("attendance.closed", {"status": []}),
        ("kpi.updated", {"value": 0.6666}),
        ("incentive.computed", {"amount": "1,500.00"}),
    ],
)
def test_a_topic_refuses(topic, change):
    event = example(topic)
    event["data"].update(change)
    assert problems(event) != []


@pytest.mark.parametrize(
    "topic, change",
    [
        ("punch.recorded", {"deviceTime": None, "native": None}),
        ("scan.recorded", {"kind": "unknown", "value": None, "authentic": "unknown"}),
        ("device.connected", {"vendor": None, "model": None, "serial": None}),
        ("schedule.assigned", {"shift": None}),
        ("leave.granted", {"from": "2026-11-26T00:00:00Z"}),
        ("leave.granted", {"from": "2026-11-26 00:00:00.5-03:30"}),
        ("leave.granted", {"to": "2026-12-31t23:59:60z"}),
        ("incident.recorded", {"loss": 12500.5}),
        ("incident.recorded", {"loss": None}),
        ("measure.recorded", {"value": "12500.00", "period": "2026-Q4", "weight": 3}),
        ("kpi.updated", {"value": None, "denominator": 0, "department": None}),
    ],
)
def test_a_topic_accepts(topic, change):
    event = example(topic)
    event["data"].update(change)
    assert problems(event) == []


def test_a_hazard_is_reported_at_a_checkpoint_or_a_place():
    event = example("hazard.reported")
    del event["data"]["checkpoint"]
    assert problems(event) != []
    event["data"]["place"] = "workshop-a"
    assert problems(event) == []


@pytest.mark.parametrize(
    "name, good", [("gate.opened", True), ("x", True), ("x" * 64, True), ("", False), ("a b", False), ("x" * 65, False)]
)
def test_a_site_may_carry_what_it_wants_under_a_name_of_its_own(name, good):
    event = example("ext")
    event["type"], event["dataschema"] = f"gatehouse.ext.{name}", f"urn:gatehouse:ext.{name}:1"
    assert (problems(event) == []) is good


class TestAsyncAPI:
    DOCUMENT = CATALOGUE.asyncapi

    def references(self, value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "$ref":
                    yield inner
                else:
                    yield from self.references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from self.references(inner)

    def test_is_version_3_with_what_that_requires(self):
        assert self.DOCUMENT["asyncapi"] == "3.0.0"
        assert {"title", "version"} <= set(self.DOCUMENT["info"])
        allowed = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
        assert set(self.DOCUMENT) <= allowed

    def test_points_only_at_what_exists(self):
        references = list(self.references(self.DOCUMENT))
        assert len(references) > 100
        for reference in references:
            if reference.startswith("./"):
                assert (EVENTS / reference[2:]).is_file(), reference
            else:
                assert CATALOGUE.resolve(reference) is not None, reference

    def test_gives_each_server_a_host_and_a_protocol(self):
        assert set(self.DOCUMENT["servers"]) == {"events", "requests"}
        assert all({"host", "protocol"} <= set(server) for server in self.DOCUMENT["servers"].values())

    def test_gives_each_operation_an_action_and_messages_of_its_own_channel(self):
        for name, operation in self.DOCUMENT["operations"].items():
            assert operation["action"] in ("send", "receive"), name
            channel = operation["channel"]["$ref"]
            for message in operation["messages"]:
                assert message["$ref"].startswith(channel + "/messages/"), name

    def test_has_every_request_with_the_refusal_among_its_answers(self):
        channel = self.DOCUMENT["channels"]["requests"]
        verbs = {}
        for operation in self.DOCUMENT["operations"].values():
            if operation["action"] == "receive":
                message = CATALOGUE.resolve(CATALOGUE.resolve(operation["messages"][0]["$ref"])["$ref"])
                verbs[message["name"]] = [m["$ref"].rsplit("/", 1)[1] for m in operation["reply"]["messages"]]
        assert sorted(verbs) == sorted(VERBS)
        assert all("refusal" in answers for answers in verbs.values())
        assert {answer for answers in verbs.values() for answer in answers} <= set(channel["messages"])

    def test_has_the_heartbeat_with_an_empty_body(self):
        assert self.DOCUMENT["channels"]["heartbeat"]["address"] == "heartbeat"
        assert self.DOCUMENT["components"]["messages"]["heartbeat"]["payload"]["maxLength"] == 0

    def test_is_accepted_by_an_object_model_of_the_specification(self):
        asyncapi3 = pytest.importorskip("asyncapi3", reason="pip install asyncapi3 for a second opinion")
        asyncapi3.AsyncAPI3.model_validate(self.DOCUMENT)


class TestTheBusPage:
    PAGE = (EVENTS.parent / "bus" / "README.md").read_text(encoding="utf-8")

    def dump(self, beginning):
        """The bytes of the first dump after a text, without its annotations."""
        block = self.PAGE.split(beginning, 1)[1].split("```", 2)[1]
        lines = re.findall(r"^  ((?:[0-9a-f]{2} )*[0-9a-f]{2})(?: {2,}|$)", block, re.M)
        return [bytes.fromhex(line) for line in lines]

    def test_dumps_the_punch_of_the_schema(self):
        event = example("punch.recorded")
        recorded = round(datetime.datetime.fromisoformat(event["recordedtime"]).timestamp() * 1000)
        topic, *header = self.dump("A punch, byte for byte:")
        assert topic.decode() == event["type"].removeprefix("gatehouse.")
        assert b"".join(header[:3]) == struct.pack(">QQQ", int(event["sequence"]), 4702, recorded)
        assert str(recorded) in self.PAGE

    def test_dumps_a_replay_request(self):
        frames = self.dump("correlation `r1`:")
        numbers = [struct.pack(">Q", 4740), struct.pack(">Q", 0), b"punch.", struct.pack(">I", 1000)]
        assert frames == [b"r1", b"REPLAY", *numbers]

    @pytest.mark.parametrize("verb", VERBS)
    def test_tells_every_verb(self, verb):
        assert f"| `{verb}` |" in self.PAGE

    def test_tells_every_code_that_the_program_has(self):
        source = (EVENTS.parents[1] / "Sources" / "GatehouseBus" / "BusError.swift").read_text(encoding="utf-8")
        cases = re.search(r"enum Code:.*?\n    \}\n", source, re.S).group()
        codes = [value or name for name, value in re.findall(r'case (\w+)(?: = "([a-z-]+)")?', cases)]
        assert len(codes) == 9
        table = self.PAGE.split("| code | means", 1)[1].split("\n\n", 1)[0]
        assert re.findall(r"^\| `([a-z-]+)` \|", table, re.M) == codes


class TestTheProgram:
    def run(self, *lines):
        out = io.StringIO()
        return main(io.StringIO("\n".join(lines)), out), out.getvalue()

    def test_says_nothing_about_good_events(self):
        assert self.run(*(json.dumps(example(topic)) for topic in TOPICS), "") == (0, "")

    def test_names_the_line_and_the_field_of_a_bad_one(self):
        bad = example("punch.recorded")
        bad["data"]["method"] = "telepathy"
        code, out = self.run(json.dumps(example("ext")), json.dumps(bad))
        assert code == 1
        assert out.startswith("2: punch.recorded: data/method: 'telepathy'")

    @pytest.mark.parametrize("line", ["{", "[]", "null", '{"id":"a","id":"b"}', '{"type":5}'])
    def test_survives_what_is_no_event(self, line):
        code, out = self.run(line)
        assert (code, out[:3]) == (1, "1: ")
