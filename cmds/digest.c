/* SPDX-License-Identifier: Apache-2.0 */
#include "cmds/digest.h"

#include "cmds/memory.h"

struct job {
    enum digest_algo algo;
    struct bytes data;
    struct sha256 digest;
};

static int make(void *context)
{
    struct job *job = context;

    digest_make(job->algo, job->data, &job->digest);
    return ERR_OK;
}

int digest_run(struct monitor *m, int argc, char **argv, struct diag *d)
{
    struct job job = {.algo = (enum digest_algo)digest_find(argv[0])};
    struct memory_span span;
    char hex[SHA256_HEX_BYTES];
    int rc = memory_bytes(m, argv[1], argv[2], &span, d);

    (void)argc;
    if (rc != ERR_OK) {
        return rc;
    }
    job.data = (struct bytes){arch_phys(span.start), (size_t)span.count};
    rc = arch_guard(make, &job, d);
    if (rc == ERR_OK) {
        digest_hex(job.algo, &job.digest, hex);
        console_printf(&m->con, "  %s\n", hex);
    }
    return rc;
}
