/**
 * What the two ends of a virtio device between processes have in common: features, the header
 * before a frame, the layouts of rings, and the messages of vhost-user. The sources are "Virtual
 * I/O Device (VIRTIO) Version 1.2" of OASIS and the "Vhost-user Protocol" of QEMU's documentation.
 */
@NullMarked
package dev.ringroad.net.virtio;

import org.jspecify.annotations.NullMarked;
