# SPDX-License-Identifier: Apache-2.0
"""A slice of the campaign that `make fault` runs."""

from fault.campaign import Campaign, plan, without_digests
from fault.receivers import Live, Peer

SIZE_MAX = 12 << 10


def run(tasks, make_receiver, jobs):
    campaign = Campaign(tasks, make_receiver, jobs).run()
    campaign.report()
    assert campaign.wrong == []
    assert len(campaign.results) == len(tasks)
    assert sum(result.faults for _, result in campaign.results) > len(tasks) // 2


def test_machine():
    run(without_digests(plan(60, "slice", SIZE_MAX)), Peer, jobs=12)


def test_monitor():
    Live.image()
    run(list(plan(20, "slice", SIZE_MAX)), Live, jobs=4)
