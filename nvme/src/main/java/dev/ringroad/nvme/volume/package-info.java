/**
 * A volume store: thin-provisioned volumes with snapshots and clones on one {@link
 * dev.ringroad.nvme.block.BlockDevice}.
 *
 * <p>{@link dev.ringroad.nvme.volume.VolumeStore} is the store, {@link
 * dev.ringroad.nvme.volume.Volume} a volume in it, which is a block device itself, {@link
 * dev.ringroad.nvme.volume.StoreCheck} finds and mends what is wrong with a store on disk.
 *
 * <h2>What lies where</h2>
 *
 * <pre>
 * device    | cluster 0 | cluster 1 | cluster 2 | ...                      16 KiB to 4 MiB each
 *             A.B.......  metadata    data
 *
 * A, B        superblock and its twin, at bytes 0 and 8192
 *   |
 * catalogue   up to 64 pages, 504 volume pages each
 *   |
 * volume      name, size, 488 directories         a page for each volume or snapshot
 *   |
 * directory   504 leaves                          belongs to one volume
 *   |
 * leaf        1008 cluster numbers, 0 for none    may belong to many volumes
 *   |
 * cluster     the blocks of 64 KiB, say           may belong to many leaves
 * </pre>
 *
 * <p>All metadata is in pages of 4096 bytes, each with a CRC-32C, its own address, the store's
 * identity and its place in the tree, so that neither a page of elsewhere nor one of an earlier
 * store is taken for it. Metadata clusters come out of the same space as data clusters. What is
 * free is not written down: it is what the tree does not reach, counted when the store is opened.
 * So nothing can leak, and no free map can disagree with the maps.
 *
 * <h2>Why a power cut does no harm</h2>
 *
 * <p>A page is never overwritten. Whoever changes a leaf gives it, and what is above it, new pages;
 * a commit puts them in force:
 *
 * <ol>
 *   <li>write all new pages;
 *   <li>flush: they are durable, and so is the data of the clusters that they name;
 *   <li>write superblock A with the new catalogue and the next generation;
 *   <li>flush: from here on the commit is what is found after a power cut;
 *   <li>write the same superblock to B, which the first flush of the next commit makes durable.
 * </ol>
 *
 * <p>Until the fourth step is done, nothing that the old superblock reaches is written, with one
 * exception: a block of a cluster that one volume alone has, by a write to that block. Pages and
 * clusters that a change has made superfluous wait for that moment before they are free. A torn
 * superblock fails its checksum, and its twin is the state before. A single flush suffices when no
 * map has changed since the last commit.
 *
 * <p>Create, delete, snapshot, clone and resize are one commit each, so they have happened or not.
 *
 * <h2>Who waits for whom</h2>
 *
 * <p>All maps are in memory. A leaf's entry has a bit that says: this cluster is this volume's
 * alone, write in place. The way to such clusters takes no lock and allocates nothing: three loads,
 * and a count in the channel that says "I am using what I have looked up" ({@link
 * dev.ringroad.nvme.epoch.Grace}). A cluster that was given up is used again only when every I/O
 * that could have looked it up is done. Snapshots use the same: they take the bits away, wait for
 * the I/Os under way, and then share the leaves.
 *
 * <p>Everything else is done under the monitor of {@link dev.ringroad.nvme.volume.Metadata}, for
 * some hundred nanoseconds and never during I/O: taking a cluster, publishing it, giving it up. A
 * new cluster is filled first (with the old content or with zeroes around what is written) and
 * published then; others who want the same cluster wait meanwhile. A commit is carried out by the
 * channel whose flush needs it, and serves all flushes that wait.
 *
 * <p>Therefore requests of one channel may wait for requests of another, and every channel with
 * something outstanding has to be polled.
 */
@NullMarked
package dev.ringroad.nvme.volume;

import org.jspecify.annotations.NullMarked;
