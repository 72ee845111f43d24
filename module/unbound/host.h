/*
 * Unbound's own headers: the only file of palang that includes them.
 *
 * palang.so is built against the configured source tree of the very Unbound
 * that will load it (tools/build-unbound), and refuses any other: see gate.c.
 * What is read here beyond the module interface is named where it is used.
 */
#ifndef UNBOUND_HOST_H
#define UNBOUND_HOST_H

/* Unbound's headers are not written for our warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wunused-parameter"

#include "config.h"

#include "daemon/daemon.h"
#include "daemon/worker.h"
#include "dynlibmod/dynlibmod.h"
#if defined(CLIENT_SUBNET)
#include "edns-subnet/subnetmod.h"
#endif
#include "iterator/iterator.h"
#include "services/authzone.h"
#include "services/cache/dns.h"
#include "services/cache/rrset.h"
#include "services/mesh.h"
#include "services/modstack.h"
#include "sldns/rrdef.h"
#include "util/config_file.h"
#include "util/data/dname.h"
#include "util/data/msgparse.h"
#include "util/data/msgreply.h"
#include "util/data/packed_rrset.h"
#include "util/log.h"
#include "util/module.h"
#include "util/net_help.h"
#include "util/netevent.h"
#include "util/regional.h"
#include "util/storage/slabhash.h"
#include "util/ub_event.h"

#pragma GCC diagnostic pop

#if !defined(HAVE_PTHREAD)
#error "this Unbound has no threads: its workers would be processes"
#endif
#if defined(USE_MINI_EVENT)
#error "this Unbound's own event loop takes no callbacks but its own; \
configure it --with-libevent"
#endif
#if defined(ENABLE_LOCK_CHECKS)
#error "this Unbound wraps its locks; configure it without --enable-lock-checks"
#endif

#endif
