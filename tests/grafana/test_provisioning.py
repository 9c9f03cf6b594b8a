"""The files from which Grafana learns of data source and dashboards."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.conftest import CHECKOUT
from tests.grafana.shown import UIDS

FOLDER = CHECKOUT / "grafana" / "provisioning"


def provisioned(path: str) -> dict[str, Any]:
    found = yaml.safe_load((FOLDER / path).read_text())
    assert isinstance(found, dict)
    assert found["apiVersion"] == 1
    return found


def test_the_data_source_has_a_fixed_name() -> None:
    """Links that carry the data source go on finding it after a new installation."""
    (source,) = provisioned("datasources/prometheus.yml")["datasources"]
    assert (source["type"], source["uid"]) == ("prometheus", "prometheus")
    assert re.fullmatch(r"\d+s", source["jsonData"]["timeInterval"])


def test_exemplars_lead_to_the_call() -> None:
    """The label of exemplars is the call's, and its link leads to the dashboard of calls.

    Grafana reads a single dollar sign as a variable of the environment, so it is doubled.
    """
    (source,) = provisioned("datasources/prometheus.yml")["datasources"]
    (destination,) = source["jsonData"]["exemplarTraceIdDestinations"]
    assert destination["name"] == "call_id"
    found = re.fullmatch(r"/d/([\w-]+)\?.*&var-call_id=\$\$\{__value\.raw.*\}", destination["url"])
    assert found
    assert found[1] in UIDS


def test_dashboards_are_kept_as_the_files_have_them() -> None:
    """Dashboards come from a folder of files and cannot be overwritten in the browser."""
    (provider,) = provisioned("dashboards/qos-exporter.yml")["providers"]
    assert provider["type"] == "file"
    assert provider["allowUiUpdates"] is False
    assert provider["options"]["path"].startswith("/")
