/**
 * memif 2.0: packets through shared memory, with a peer in another process such as DPDK or VPP.
 *
 * <p>One end, the client, offers memory and rings; the other, the server, listens on a Unix socket
 * and uses what it is offered. Everything that the peer writes, into the socket or into the memory,
 * is input: it is read once and checked before it is used, refused with a sentence or dropped under
 * a name of {@link dev.ringroad.net.driver.memif.MemifDrop}.
 */
@NullMarked
package dev.ringroad.net.driver.memif;

import org.jspecify.annotations.NullMarked;
