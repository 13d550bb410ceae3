#!/usr/bin/env python3
"""Checks CloudEvents against what protocols/events promises.

Each event is read by the CloudEvents SDK, and held against the envelope, its topic's JSON Schema and the messages of
the AsyncAPI document. As a program it reads JSON lines on standard input, prints one line for each problem, and exits
with 1 if there was one:

    gatehouse tail --json | python3 Tests/Python/validate_events.py
"""

import datetime
import json
import sys
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

try:  # cloudevents 2
    from cloudevents.core.formats.json import JSONFormat

    def read_with_sdk(text):
        """The event as the CloudEvents SDK reads it; raises where it cannot."""
        return JSONFormat().read(None, text)

except ImportError:  # cloudevents 1
    from cloudevents.http import from_json as read_with_sdk

EVENTS = Path(__file__).resolve().parents[2] / "protocols" / "events"
PREFIX = "gatehouse."

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_moment(text):
    """Whether the calendar has that moment; the schemas' patterns fix its form."""
    return not isinstance(text, str) or datetime.datetime.fromisoformat(text.upper().replace(":60", ":59")) is not None


@FORMATS.checks("date", raises=ValueError)
def is_date(text):
    """Whether the calendar has that date."""
    return not isinstance(text, str) or datetime.date.fromisoformat(text) is not None


def no_name_twice(pairs):
    """Refuses an object that has the same name twice: JSON readers disagree about which one counts."""
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the name {next(n for n in names if names.count(n) > 1)!r} comes twice")
    return members


class Catalogue:
    """The schemas and the AsyncAPI document of protocols/events, loaded once."""

    def __init__(self, folder=EVENTS):
        self.folder = Path(folder)
        self.schemas = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in self.folder.glob("*.json")}
        self.asyncapi = yaml.safe_load((self.folder / "asyncapi.yaml").read_text(encoding="utf-8"))
        registry = Registry().with_resources(
            (f"{name}.json", Resource.from_contents(schema, default_specification=DRAFT202012))
            for name, schema in self.schemas.items()
        )
        self.validators = {
            name: Draft202012Validator(schema, registry=registry, format_checker=FORMATS)
            for name, schema in self.schemas.items()
        }
        self.messages = self._messages_by_schema()

    @property
    def topics(self):
        """Every topic with a schema; `ext` stands for all of `ext.<name>`."""
        return sorted(name for name in self.schemas if name != "envelope")

    def _messages_by_schema(self):
        """The schema files that a channel's messages refer to, each with the channel's address."""
        found = {}
        for channel in self.asyncapi["channels"].values():
            for message in channel["messages"].values():
                definition = self.resolve(message["$ref"])
                reference = definition.get("payload", {}).get("$ref", "")
                if reference.startswith("./"):
                    found[reference[2:]] = channel["address"]
        return found

    def resolve(self, reference):
        """What a reference within the AsyncAPI document points at."""
        if not reference.startswith("#/"):
            raise ValueError(f"{reference} does not point into the document")
        value = self.asyncapi
        for part in reference[2:].split("/"):
            value = value[part.replace("~1", "/").replace("~0", "~")]
        return value

    def schema_name(self, topic):
        """The schema that stands for a topic."""
        return "ext" if topic.startswith("ext.") else topic

    def problems(self, text):
        """Everything that is wrong with one event in JSON, as sentences; empty for a good one."""
        try:
            event = json.loads(text, object_pairs_hook=no_name_twice)
        except ValueError as error:
            return [f"no JSON: {error}"]
        found = [f"envelope: {sentence}" for sentence in self._against("envelope", event)]
        if not isinstance(event, dict):
            return found
        found += self._topic_problems(event)
        try:
            read_with_sdk(text)
        except Exception as error:  # the SDK's own exceptions have no common type across its versions
            found.append(f"CloudEvents SDK: {' '.join(str(error).split())}")
        return found

    def _topic_problems(self, event):
        kind = event.get("type")
        if not isinstance(kind, str) or not kind.startswith(PREFIX):
            return [f"type: {kind!r} is not {PREFIX}<topic>"]
        name = self.schema_name(kind.removeprefix(PREFIX))
        if name == "envelope" or name not in self.validators:
            return [f"type: {kind} is no topic of protocols/events"]
        found = [f"{name}: {sentence}" for sentence in self._against(name, event)]
        if f"{name}.json" not in self.messages:
            found.append(f"AsyncAPI: no message of a channel refers to {name}.json")
        return found

    def _against(self, name, event):
        for error in sorted(self.validators[name].iter_errors(event), key=lambda error: list(map(str, error.path))):
            where = "/".join(map(str, error.absolute_path)) or "event"
            yield f"{where}: {error.message}"


def main(lines=sys.stdin, out=sys.stdout):
    """Checks each line; gives the exit code."""
    catalogue = Catalogue()
    events = wrong = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        events += 1
        problems = catalogue.problems(line)
        wrong += bool(problems)
        for problem in problems:
            print(f"{number}: {problem}", file=out)
    print(f"{events} events, {wrong} wrong", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
