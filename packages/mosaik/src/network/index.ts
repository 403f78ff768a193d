export { AddressBook } from "./address-book.js";
export {
  endpointAddress,
  endpointAddressCodec,
  mergeAddresses,
  parseAddress,
  toTransport,
  type EndpointAddress,
  type TransportAddr,
} from "./address.js";
export { formatAddress, parseAddressText } from "./address-text.js";
export { ALPN } from "./alpn.js";
export { CLOSE, describeClose, peerCloseCode, type CloseCode } from "./close-codes.js";
export { NetworkError, type NetworkErrorCode } from "./errors.js";
export {
  appendFrame,
  DEFAULT_FRAME_LIMIT_BYTES,
  FRAME_HEADER_BYTES,
  FrameDecoder,
  frameEnd,
  FrameTooLarge,
  type OnRun,
  writeFrameHeader,
} from "./framing.js";
export { Handshakes } from "./handshakes.js";
export { digestCodec, peerIdCodec } from "./id-codecs.js";
export { KeptConnection, type OpenedStream, type PurposeHandler, type ServedStream } from "./kept-connection.js";
export { isAlpnRefused, KeptConnections, type Membership, type Reached } from "./kept-connections.js";
export { Link, type FrameSink, type LinkContext, type LinkEnd, type LinkOptions } from "./link.js";
export { RelayPolicy } from "./relay-policy.js";
export { LocalNode, type DialOptions, type LocalNodeOptions, type OpenOptions } from "./local-node.js";
export {
  compareVersions,
  PeerEntry,
  sortedMap,
  sortedSet,
  ticketId,
  type IdSet,
  type PeerEntryFields,
  type PeerEntryVersion,
  type Ticket,
} from "./peer-entry.js";
export { PeerInfo } from "./peer-info.js";
export { judgePeer, listOf, type OneOrMany, type PeerPredicate, type PeerVerdict } from "./peer-predicate.js";
export { PURPOSE, purposeReplyCodec, purposeRequestCodec, type PurposeRequest } from "./purpose.js";
export { Router, type ProtocolHandler } from "./router.js";
export {
  peerEntryCodec,
  SignedPeerEntry,
  signEntry,
  signedPeerEntryCodec,
  verifySignature,
  versionCodec,
} from "./signed-entry.js";
export { decodeExtension, encodeExtension, type ExtensionFields } from "./trailing-extension.js";
