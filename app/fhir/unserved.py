"""What is said of an address below `/fhir` that nothing answers at."""

from app.fhir.offers import OFFERS


def unserved(path: str) -> str:
    """What there is instead. The address itself is not repeated: it may hold anything."""
    resource_type, *steps = path.removeprefix("/fhir").strip("/").split("/")
    offer = next((offer for offer in OFFERS if offer.type == resource_type), None)
    if offer is None:
        return f"there is no resource type of that name here: there are {', '.join(sorted(o.type for o in OFFERS))}"
    if any(step.startswith("$") for step in steps):
        named = ", ".join(f"${operation.name}" for operation in offer.operations)
        return f"{offer.type} has {f'the operations {named}' if named else 'no operation'}"
    return f"there is nothing at this address; {offer.type} has {', '.join(offer.interactions)}: see /fhir/metadata"
