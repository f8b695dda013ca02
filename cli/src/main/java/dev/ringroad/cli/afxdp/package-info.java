/** {@code ringroad afxdp-open}: AF_XDP for programs without rights. */
@NullMarked
package dev.ringroad.cli.afxdp;

import org.jspecify.annotations.NullMarked;
