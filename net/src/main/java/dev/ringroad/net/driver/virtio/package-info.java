/**
 * A virtio network driver without a machine around it: the device is a vhost-user back end at the
 * other end of a socket, such as DPDK's net_vhost or Open vSwitch.
 */
@NullMarked
package dev.ringroad.net.driver.virtio;

import org.jspecify.annotations.NullMarked;
