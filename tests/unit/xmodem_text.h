/* SPDX-License-Identifier: Apache-2.0 */
/* What the two sides of XMODEM answer, as text. */
#ifndef ELFMON_TESTS_UNIT_XMODEM_TEXT_H
#define ELFMON_TESTS_UNIT_XMODEM_TEXT_H

#define ACK    "\x06"
#define NAK    "\x15"
#define CANCEL "\x18\x18\x18\x18\x18\x18\x18\x18\x18\x18\b\b\b\b\b\b\b\b\b\b"

#endif
