/**
 * What travels in an NVMe/TCP connection (NVM Express TCP Transport Specification 1.0, section
 * 3.6.2), byte by byte, for both of its ends; knows nothing of commands, sockets and time.
 */
@NullMarked
package dev.ringroad.nvme.fabrics.pdu;

import org.jspecify.annotations.NullMarked;
