"""Backs up every volume of the project, one after the other, as a script on python-cinderclient does. Prints what it took."""

import json
import os
import time

from cinderclient import client
from keystoneauth1 import session
from keystoneauth1.identity import v3

began = time.perf_counter()
auth = v3.Password(
    auth_url=os.environ["OS_AUTH_URL"],
    username=os.environ["OS_USERNAME"],
    password=os.environ["OS_PASSWORD"],
    project_name=os.environ["OS_PROJECT_NAME"],
    user_domain_name=os.environ["OS_USER_DOMAIN_NAME"],
    project_domain_name=os.environ["OS_PROJECT_DOMAIN_NAME"],
)
cinder = client.Client("3.43", session=session.Session(auth=auth))
volumes = cinder.volumes.list()
for volume in volumes:
    cinder.backups.create(volume.id, name="loop-" + volume.id, metadata={"made": "by a loop"})
print(json.dumps({"backups": len(volumes), "ms": (time.perf_counter() - began) * 1000}))
