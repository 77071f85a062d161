/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/sources/slots.h"

#include <assert.h>

#include "monitor/base/text.h"

static_assert((int)UPLOAD_KERNEL == (int)FIT_KERNEL && (int)UPLOAD_APP == (int)FIT_APP &&
                  (int)UPLOAD_DTB == (int)FIT_DTB && (int)UPLOAD_INITRD == (int)FIT_INITRD &&
                  (int)UPLOAD_SCRIPT == (int)FIT_SCRIPT && (int)UPLOAD_MODULE == (int)FIT_MODULE &&
                  (int)UPLOAD_PAYLOAD == (int)FIT_OTHER,
              "slots are numbered as roles");

const char *slot_name(enum upload_slot slot)
{
    return text_pick(UPLOAD_SLOT_NAMES, slot);
}
