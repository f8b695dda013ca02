/**
 * The host's side of NVMe over TCP: a namespace of another machine as a block device.
 *
 * <p>{@link dev.ringroad.nvme.fabrics.initiator.RemoteController} is one path to a subsystem, with
 * a thread that keeps it alive; {@link dev.ringroad.nvme.fabrics.initiator.RemoteNamespace} the
 * block device behind it; {@link dev.ringroad.nvme.fabrics.initiator.Discovery} asks what there is.
 */
@NullMarked
package dev.ringroad.nvme.fabrics.initiator;

import org.jspecify.annotations.NullMarked;
