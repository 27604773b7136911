"""Organization policies with their attachments: SCPs, RCPs and every other type that AWS Organizations attaches."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

from guardrails.engine.denying import Denying
from guardrails.engine.difference import Difference
from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, ObjectType, Ref, Resource
from guardrails.errors import AwsError
from guardrails.iam.document import minified
from guardrails.iam.grammar import listed
from guardrails.iam.packing import PACKABLE
from guardrails.iam.quotas import MAX_POLICY_DESCRIPTION_CHARACTERS, QUOTAS
from guardrails.iam.saying import not_said, say_some_of
from guardrails.resources import ACCOUNT_TYPE, ORGANIZATION, ORGANIZATIONAL_UNIT_TYPE, ROOT_ADDRESS
from guardrails.tagging import (
    declared_tags,
    is_ours,
    organization_tags,
    owned_policy_types,
    put_organization_tags,
    tag_list,
)

ALREADY_DETACHED: Final = ("PolicyNotAttachedException", "PolicyTypeNotEnabledException")
HOLDS: Final = "Guardrails packed: "
PASSES_SOON: Final = ("PolicyTypeNotEnabledException",)
_ID: Final = re.compile(
    r"(?<![\w-])(?:\d{12}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32}|o-[0-9a-z]{10,32})(?![\w-])"
)
_IDENTIFIED: Final = (ACCOUNT_TYPE, ORGANIZATIONAL_UNIT_TYPE, ROOT_ADDRESS.type, ORGANIZATION.type)


@dataclass(frozen=True, kw_only=True)
class Policy(Resource):
    """One organization policy; `content` is the parsed document, `targets` the root, OUs and accounts it is attached to, sorted.

    `origins` tells for each statement of a declared policy where it was written, as file:line; several where statements were merged.
    `declared_at` are the places (file, line, column) where it was attached. Where declared policies were packed into this one, `sources`
    names for each statement those that say it, and the description tells all of them.
    """

    TYPE = "AWS::Organizations::Policy"

    policy_type: str = field(metadata={"immutable": "declare what is live"})
    content: Mapping[str, Any]
    description: str = ""
    targets: tuple[Address, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    origins: tuple[tuple[str, ...], ...] = field(default=(), compare=False, metadata={"managed": False})
    declared_at: tuple[tuple[str, int, int], ...] = field(default=(), compare=False, metadata={"managed": False})
    sources: tuple[tuple[str, ...], ...] = field(default=(), compare=False, metadata={"managed": False})

    def succeeds(self, gone: Resource) -> bool:
        """Whether it hangs where a policy of the same type hung that goes: no moment without protection."""
        return isinstance(gone, Policy) and not set(self.places).isdisjoint(gone.places)

    def denies_beyond(self, others: Collection[Denying]) -> bool:
        """Whether a statement denies, on a target, what those of the others there do not; only service and resource control policies deny.

        A reference whose value is not known here counts as another value.
        """
        return self._says_beyond("Deny", others)

    def allows_beyond(self, others: Collection[Denying]) -> bool:
        """Whether a statement allows, on a target, what those of the others there do not."""
        return self._says_beyond("Allow", others)

    def _says_beyond(self, effect: str, others: Collection[Denying]) -> bool:
        said = [statement for statement in _statements(self) if statement.get("Effect") == effect]
        alike = [other for other in others if isinstance(other, Policy) and other.policy_type == self.policy_type]
        there = {tuple(n for n, other in enumerate(alike) if target in other.targets) for target in self.targets}
        return any(
            not_said(said, [statement for n in numbers for statement in _statements(alike[n])]) for numbers in there
        )

    def takes_over(self, gone: Denying, kept: Denying | None) -> bool:
        """Whether it says some of what a policy of its type no longer says, on one of its targets or on the root above them."""
        if not isinstance(gone, Policy) or gone.policy_type != self.policy_type:
            return False
        for target in gone.targets:
            if {target, ROOT_ADDRESS}.intersection(self.targets):
                left = _statements(kept) if isinstance(kept, Policy) and target in kept.targets else []
                if say_some_of(_statements(self), not_said(_statements(gone), left), left):
                    return True
        return False

    @property
    def places(self) -> tuple[tuple[str, Address], ...]:
        """The slots that it takes: its type, on each of its targets."""
        return tuple((self.policy_type, target) for target in self.targets)

    @property
    def holds(self) -> tuple[str, ...]:
        """The names of the declared policies that were packed into it, desired or live; () when it is one by itself."""
        return tuple(dict.fromkeys(name for names in self.sources for name in names)) or held_by(self.description)

    @property
    def held(self) -> frozenset[str]:
        """The names of the declared policies that it stands for: its own, or those that it holds."""
        return frozenset(self.holds or (self.name,))

    def says(self, name: str) -> bool:
        """Whether it stands for a declared policy, by its name or its short name."""
        return name in self.held or (name.startswith("#") and name in map(short_name, self.held))


def _statements(policy: Policy) -> list[Mapping[str, Any]]:
    """Its statements; none of a policy whose type does not deny."""
    return listed(policy.content.get("Statement", [])) if policy.policy_type in PACKABLE else []


def description_of(held: Sequence[str]) -> str:
    """What the description of a policy says that holds others: their names, or for those that AWS has no room for `short_name`."""
    for named in range(len(held), -1, -1):
        text = HOLDS + ", ".join([*held[:named], *map(short_name, held[named:])])
        if len(text) <= MAX_POLICY_DESCRIPTION_CHARACTERS:
            return text
    return text[:MAX_POLICY_DESCRIPTION_CHARACTERS].rpartition(",")[0]


def held_by(description: str) -> tuple[str, ...]:
    """The names, whole or short, in a description that `description_of` made; () in any other."""
    start, found, names = description.partition(HOLDS)
    return tuple(names.split(", ")) if found and not start else ()


def short_name(name: str) -> str:
    """A few characters that tell a policy's name from others: #1f3a."""
    return f"#{sha256(name.encode()).hexdigest()[:4]}"


class Policies(ObjectType[Policy]):
    """Policies carry our tag. The new attachment comes before the old one goes: no moment without protection.

    Where a target has no slot left for both, a policy that goes is changed into one that comes, which takes no slot.
    """

    resource = Policy
    source = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html"
    after = frozenset({ORGANIZATIONAL_UNIT_TYPE, ACCOUNT_TYPE})

    def observe(self, aws: Reader, wanted: Sequence[Policy], names: Directory) -> Iterator[Live[Policy] | BlindSpot]:
        """Two calls for each policy that is ours, wanted, or of others and may deny; else one: targets take slots; none for AWS's."""
        kinds = sorted({policy.policy_type for policy in wanted} | set(owned_policy_types(aws)))
        listed = [
            (kind, policy)
            for kind in kinds
            for policy in aws.items("organizations", "list_policies", "Policies", Filter=kind)
            if not policy["AwsManaged"]
        ]
        declared = {policy.name for policy in wanted}
        tags = organization_tags(aws, "policy", [policy["Id"] for _, policy in listed if policy["Name"] in declared])
        found = []
        for kind, policy in listed:
            mine = tags.get(policy["Id"], {})
            concerned = is_ours(mine) or policy["Name"] in declared
            targets = tuple(sorted(_targets(aws, policy["Id"], names)))
            may_deny = kind in PACKABLE and targets
            text = _text(aws, policy["Id"]) if concerned or may_deny else "{}"
            live = Policy(
                name=policy["Name"],
                policy_type=kind,
                content=json.loads(text if concerned else _in_our_words(text, names)),
                description=policy.get("Description", ""),
                targets=targets,
                tags=declared_tags(mine),
            )
            found.append(Live(live, {"id": policy["Id"], "arn": policy["Arn"]}, managed=is_ours(mine)))
        yield from with_successors(wanted, found)

    def put(self, aws: Writer, want: Policy, live: Live[Policy] | None, names: Directory) -> Mapping[str, str]:
        """Create or update the content, attach what is missing, then detach what is too much."""
        attributes = _created(aws, want) if live is None else live.attributes
        identity = attributes["id"]
        have = live.resource if live else None
        if live and have and (live.drift or have.content != want.content or have.description != want.description):
            aws.write(
                "organizations",
                "update_policy",
                PolicyId=identity,
                Name=want.name,
                Content=minified(want.content),
                Description=want.description,
            )
        if live and (not live.managed or dict(live.resource.tags) != dict(want.tags)):
            put_organization_tags(aws, identity, want.tags)
        attached = frozenset(have.targets) if have else frozenset()
        for target in sorted(set(want.targets) - attached):
            aws.write(
                "organizations", "attach_policy", PolicyId=identity, TargetId=names.id(target), retry_on=PASSES_SOON
            )
        for target in sorted(attached - set(want.targets)):
            aws.write("organizations", "detach_policy", PolicyId=identity, TargetId=_target_id(target, names))
        return attributes

    def delete(self, aws: Writer, live: Live[Policy], names: Directory) -> None:
        """Detach from everywhere, then delete; its policy type may be disabled meanwhile, which detaches it too."""
        identity = live.attributes["id"]
        for target in list(aws.items("organizations", "list_targets_for_policy", "Targets", PolicyId=identity)):
            try:
                aws.write("organizations", "detach_policy", PolicyId=identity, TargetId=target["TargetId"])
            except AwsError as error:
                if error.code not in ALREADY_DETACHED:
                    raise
        aws.write("organizations", "delete_policy", PolicyId=identity)


def with_successors(wanted: Sequence[Policy], found: Sequence[Live[Policy]]) -> Iterator[Live[Policy]]:
    """What was found; of ours that go, as many as must make room, each under the name of the one that comes and takes its place.

    Best the one of which most is said again: then that is said all the time.
    """
    names = {each.resource.name: set(each.resource.places) for each in found}
    kept = {policy.name for policy in wanted}
    going = sorted(each.resource.name for each in found if each.managed and each.resource.name not in kept)
    by_name = {each.resource.name: each.resource for each in found}
    new = sorted((policy for policy in wanted if policy.name not in names), key=lambda policy: policy.name)
    taken = Counter(place for places in names.values() for place in places)
    taken.update(place for policy in wanted for place in {*policy.places} - names.get(policy.name, set()))
    successor: dict[str, str] = {}
    while pairs := [
        (len(coming.held & by_name[gone].held), len(shared), coming, gone)
        for coming in new
        for gone in going
        if (shared := {place for place in names[gone].intersection(coming.places) if taken[place] > _most(coming)})
    ]:
        *_, coming, gone = max(pairs, key=lambda pair: pair[:2])
        successor[gone] = coming.name
        new.remove(coming)
        going.remove(gone)
        taken.subtract(names[gone].intersection(coming.places))
    for each in found:
        name = each.resource.name
        if name in successor:
            drift = (Difference("name", name, successor[name]),)
            yield replace(each, resource=replace(each.resource, name=successor[name]), drift=drift)
        else:
            yield each


def _most(policy: Policy) -> int:
    quota = QUOTAS[policy.policy_type]
    return quota.max_attached - quota.always_attached


def _created(aws: Writer, want: Policy) -> Mapping[str, str]:
    answer = aws.write(
        "organizations",
        "create_policy",
        Name=want.name,
        Type=want.policy_type,
        Description=want.description,
        Content=minified(want.content),
        Tags=tag_list(want.tags),
    )
    summary = answer["Policy"]["PolicySummary"]
    return {"id": summary["Id"], "arn": summary["Arn"]}


def _text(aws: Reader, identity: str) -> str:
    return str(aws.read("organizations", "describe_policy", PolicyId=identity)["Policy"]["Content"])


def _in_our_words(text: str, names: Directory) -> str:
    """What a policy of others says, with references for the ids of what we know, so that it can be judged beside ours."""

    def reference(found: re.Match[str]) -> str:
        known = (names.address_of(kind, found[0]) for kind in _IDENTIFIED)
        return next((str(Ref(address)) for address in known if address), found[0])

    return _ID.sub(reference, text)


def _targets(aws: Reader, identity: str, names: Directory) -> Iterator[Address]:
    for target in aws.items("organizations", "list_targets_for_policy", "Targets", PolicyId=identity):
        kind = {"ROOT": ROOT_ADDRESS.type, "ACCOUNT": ACCOUNT_TYPE}.get(target["Type"], ORGANIZATIONAL_UNIT_TYPE)
        yield names.address_of(kind, target["TargetId"]) or Address(kind, target["TargetId"])


def _target_id(target: Address, names: Directory) -> str:
    """The id of a live target, whose address is its id when it is a stranger to us."""
    return names.get(target) or target.name


TYPE = Policies()
