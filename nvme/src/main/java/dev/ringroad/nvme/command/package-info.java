/** What travels between a host and an NVMe controller, byte by byte, whoever carries it. */
@NullMarked
package dev.ringroad.nvme.command;

import org.jspecify.annotations.NullMarked;
