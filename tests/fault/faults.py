# SPDX-License-Identifier: Apache-2.0
"""
What a bad line does to the bytes of a transfer. Faults are drawn from a seed, by their place in
the sender's stream and not by time, so that the same bytes meet the same faults again.
"""

SOH, STX, EOT, CAN = 0x01, 0x02, 0x04, 0x18
CTRL_C = 0x03
DATA_BYTES = {SOH: 128, STX: 1024}


class Blocks:
    """Takes a sender's bytes, gives blocks as a whole and every other byte alone."""

    def __init__(self, check_bytes):
        self.overhead = 3 + check_bytes
        self.rest = b""

    def take(self, data):
        self.rest += data
        while self.rest:
            size = 1
            if self.rest[0] in DATA_BYTES:
                size = DATA_BYTES[self.rest[0]] + self.overhead
            if size > len(self.rest):
                return
            yield self.rest[:size]
            self.rest = self.rest[size:]

    def flush(self):
        """A block whose sender has stopped in the middle of it."""
        rest, self.rest = self.rest, b""
        return rest


class Rate:
    """Yields the places of faults in a stream of bytes."""

    def __init__(self, random, rate):
        self.random = random
        self.rate = rate
        self.left = self.draw()

    def draw(self):
        return int(self.random.expovariate(self.rate)) if self.rate else 1 << 62

    def places(self, size):
        while self.left < size:
            yield self.left
            self.left += 1 + self.draw()
        self.left -= size


# What may happen to a bytearray at a place in it.


def flip(data, at, random):
    data[at] ^= 1 << random.randrange(8)


def replace(data, at, random):
    data[at] = random.randrange(256)


def lose(data, at, _):
    del data[at]


def double(data, at, _):
    data.insert(at, data[at])


def swap(data, at, _):
    data[at : at + 2] = reversed(data[at : at + 2])


def invent(data, at, random):
    data.insert(at, random.randrange(256))


def invent_eot(data, at, _):
    data.insert(at, EOT)


def invent_cans(data, at, _):
    """Two in a row, but not between blocks, where they cancel by right."""
    data[at : at + 2] = [CAN, CAN]
    if at < 3:
        del data[at + 1 :]


# What may happen to a whole block; each returns what arrives in its place.


def lose_block(_line, _data):
    return b""


def double_block(_line, data):
    return data + data


def hold_block(line, data):
    """It arrives behind the next one."""
    line.held = data
    return b""


def eot_for_block(line, _data):
    """Once only: nobody can tell an EOT that is forged again and again from one that is sent."""
    if line.eot_forged:
        return b""
    line.eot_forged = True
    return bytes([EOT])


def eot_before_block(_line, data):
    return bytes([EOT]) + data


def eot_behind_block(_line, data):
    return data + bytes([EOT])


def can_before_block(_line, data):
    return bytes([CAN]) + data


BYTE_FAULTS = (flip, flip, replace, lose, double, swap, invent, invent_eot, invent_cans)
BLOCK_FAULTS = (
    *(lose_block, double_block, hold_block),
    *(eot_for_block, eot_before_block, eot_behind_block, can_before_block),
)
ANSWER_FAULTS = (flip, replace, lose, lose, double, invent)

GARBAGE_BYTES = 300


class Forward:
    """From the sender to the receiver."""

    def __init__(self, random, rate, check_bytes=2, garbage=False):
        self.random = random
        self.rate = Rate(random, rate)
        self.blocks = Blocks(check_bytes)
        self.held = b""
        self.eot_forged = False
        self.garbage = self.make_garbage() if garbage else b""
        self.fault_count = int(garbage)

    def make_garbage(self):
        """Ctrl-C is left out: before the first block it is the user's key."""
        noise = bytes(self.random.randrange(256) for _ in range(GARBAGE_BYTES))
        return noise[: self.random.randint(1, GARBAGE_BYTES)].replace(bytes([CTRL_C]), b"")

    def pass_on(self, data):
        return b"".join(map(self.disturb, self.blocks.take(data)))

    def flush(self):
        return self.blocks.flush()

    def disturb(self, block):
        # From the last one to the first, so that what is inserted or lost moves no other place.
        places = list(self.rate.places(len(block)))[::-1]
        self.fault_count += len(places)
        data = bytearray(block)
        late, self.held = self.held, b""
        hit = None
        for at in places:
            fault = self.random.choice(BYTE_FAULTS + BLOCK_FAULTS)
            if fault in BLOCK_FAULTS:
                hit = fault
            elif at < len(data):
                fault(data, at, self.random)
        data = bytes(data)
        if hit and len(block) > 1:
            data = hit(self, data)
        early, self.garbage = self.garbage, b""
        return early + data + late


class Backward:
    """From the receiver to the sender."""

    def __init__(self, random, rate):
        self.random = random
        self.rate = Rate(random, rate)
        self.fault_count = 0

    def pass_on(self, data):
        places = list(self.rate.places(len(data)))[::-1]
        self.fault_count += len(places)
        data = bytearray(data)
        for at in places:
            self.random.choice(ANSWER_FAULTS)(data, at, self.random)
        return bytes(data)
