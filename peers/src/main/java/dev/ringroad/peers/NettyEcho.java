package dev.ringroad.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * An echo server on Netty with one event loop, as its users would set it up for speed: native
 * transport, pooled direct buffers, one flush for all that was read; on io_uring with a ring of
 * buffers, which lets it receive with multishot entries.
 *
 * <p>Arguments: {@code io_uring|epoll}.
 */
public final class NettyEcho {
    private static final short BUFFER_GROUP = 1;
    private static final short BUFFERS = 2048;
    private static final int BUFFER_BYTES = 4096;
    private static final int RING_ENTRIES = 4096;
    private static final int BACKLOG = 4096;

    private NettyEcho() {}

    /** Runs the server until standard input ends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        ServerBootstrap bootstrap = new ServerBootstrap();
        EventLoopGroup loop;
        if (args[0].equals("io_uring")) {
            loop = new MultiThreadIoEventLoopGroup(1, ring());
            bootstrap.channel(IoUringServerSocketChannel.class);
            bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFER_GROUP);
        } else {
            loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
            bootstrap.channel(EpollServerSocketChannel.class);
        }
        Channel listener =
                bootstrap
                        .group(loop)
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .childHandler(new Echo())
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();
        Lifeline.listening(((InetSocketAddress) listener.localAddress()).getPort());
    }

    private static IoHandlerFactory ring() {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        config.setRingSize(RING_ENTRIES);
        config.setBufferRingConfig(
                IoUringBufferRingConfig.builder()
                        .bufferGroupId(BUFFER_GROUP)
                        .bufferRingSize(BUFFERS)
                        .batchSize(BUFFERS / 2)
                        .allocator(
                                new IoUringFixedBufferRingAllocator(
                                        PooledByteBufAllocator.DEFAULT, BUFFER_BYTES))
                        .build());
        return IoUringIoHandler.newFactory(config);
    }

    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var _ = context.write(message, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.channel().unsafe().closeForcibly(); // a client that went away
        }
    }
}
