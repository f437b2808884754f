"""The networks that faults are tried on, one set of samples each."""

import pytest

from tests.networks.mastodon.samples import MastodonSamples
from tests.networks.sandbox.worlds import MicroblogSamples, PageSamples

NETWORKS = [
    pytest.param(MicroblogSamples, id="sandbox, one call"),
    pytest.param(PageSamples, id="sandbox, container"),
    pytest.param(MastodonSamples, id="mastodon"),
]
