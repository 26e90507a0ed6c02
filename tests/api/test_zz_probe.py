import pytest
from app.security.caller import Role
from app.store.ids import new_id
from tests.support.service import CALM, Service
pytestmark = pytest.mark.anyio
async def test_probe(service: Service) -> None:
    p = await service.register()
    r = await service.submit(p, CALM, language="en")
    print(r.status_code, r.headers, r.text)
    r = await service.client.get(f"/v1/responses/{new_id()}", headers=service.as_(Role.CLINICIAN))
    print(r.status_code, r.headers, r.text)
    for role in Role:
        r = await service.client.get(f"/v1/me", headers=service.as_(role, p if role is Role.PATIENT else None))
        print(r.status_code, r.text)
    r = await service.client.get(f"/v1/nothing", headers=service.as_(Role.CLINICIAN))
    print(r.status_code, r.headers, r.text)
    r = await service.client.delete(f"/v1/me", headers=service.as_(Role.CLINICIAN))
    print(r.status_code, r.headers, r.text)
    h = service.as_(Role.SYSTEM)
    for body in [b'', b'{"a":1,"a":2}', b'['*100000, b'{"identifiers": ' + b'9'*5000 + b'}', b'{"identifiers": 1e400}', b'{"identifiers": 1e40000000000000000000000}', b'NaN', b'\xff', b'{"identifiers":[{"system":"urn:x","value":"a\\ud800"}]}', b'{"identifiers":[{"system":"urn:x","value":"a\\u0000"}]}', b'x'*2000000, b'null', b'[]',b'\xef\xbb\xbf{}', b'{"identifiers":[{"system":"urn:x","value":"SECRETVAL","SECRETKEY":"SECRETVAL"}], "birth_date":"SECRETVAL", "language":"SECRETVAL"}']:
        r = await service.client.post("/v1/patients", content=body, headers=h|{"content-type":"application/json"})
        print(body[:30], r.status_code, r.text[:700], dict(r.headers) if r.status_code==500 else "")
    r = await service.client.post("/v1/patients", content=b'{"a":1}', headers=h|{"content-type":"text/plain"})
    print(r.status_code, r.text)
    r = await service.client.post("/v1/patients", content=b'{"identifiers":[{"system":"urn:x","value":"a"}]}', headers=h)
    print(r.status_code, r.text)
