package dev.ringroad.core.pci.vfio;

import dev.ringroad.core.linux.IommuFd;
import dev.ringroad.core.linux.IommuLimits;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.linux.VfioContainer;

import java.lang.foreign.MemorySegment;

/** An IOMMU's table for some devices, in the older and in the newer way of talking about it. */
interface Translation {
    IommuLimits limits() throws SystemCallException;

    void map(MemorySegment memory, long iova) throws SystemCallException;

    void unmap(long iova, long bytes) throws SystemCallException;

    /** That of a container. */
    static Translation of(VfioContainer container) {
        return new Translation() {
            @Override
            public IommuLimits limits() throws SystemCallException {
                return container.limits();
            }

            @Override
            public void map(MemorySegment memory, long iova) throws SystemCallException {
                container.map(memory, iova);
            }

            @Override
            public void unmap(long iova, long bytes) throws SystemCallException {
                container.unmap(iova, bytes);
            }
        };
    }

    /** One address space of iommufd. */
    static Translation of(IommuFd owner, int space) {
        return new Translation() {
            @Override
            public IommuLimits limits() throws SystemCallException {
                return owner.limits(space);
            }

            @Override
            public void map(MemorySegment memory, long iova) throws SystemCallException {
                owner.map(space, memory, iova);
            }

            @Override
            public void unmap(long iova, long bytes) throws SystemCallException {
                owner.unmap(space, iova, bytes);
            }
        };
    }
}
