package message

// FieldID is a small number for a well-known field name, so that looking for one compares a byte and not a string.
type FieldID uint8

// Unknown is the id of every name that is not in the table.
const Unknown FieldID = 0

// The well-known fields: what the codecs and rules ask for, and what browsers and servers send most.
const (
	Accept FieldID = iota + 1
	AcceptCharset
	AcceptEncoding
	AcceptLanguage
	AcceptRanges
	AccessControlAllowCredentials
	AccessControlAllowHeaders
	AccessControlAllowMethods
	AccessControlAllowOrigin
	AccessControlExposeHeaders
	AccessControlMaxAge
	AccessControlRequestHeaders
	AccessControlRequestMethod
	Age
	Allow
	AltSvc
	Authorization
	CacheControl
	Connection
	ContentDisposition
	ContentEncoding
	ContentLanguage
	ContentLength
	ContentLocation
	ContentRange
	ContentSecurityPolicy
	ContentType
	Cookie
	Date
	ETag
	Expect
	Expires
	Forwarded
	From
	Host
	HTTP2Settings
	IfMatch
	IfModifiedSince
	IfNoneMatch
	IfRange
	IfUnmodifiedSince
	KeepAlive
	LastModified
	Link
	Location
	MaxForwards
	Origin
	Pragma
	Priority
	ProxyAuthenticate
	ProxyAuthorization
	ProxyConnection
	Range
	Referer
	RetryAfter
	SecFetchDest
	SecFetchMode
	SecFetchSite
	SecFetchUser
	SecWebSocketAccept
	SecWebSocketExtensions
	SecWebSocketKey
	SecWebSocketProtocol
	SecWebSocketVersion
	Server
	SetCookie
	StrictTransportSecurity
	TE
	Trailer
	TransferEncoding
	Upgrade
	UpgradeInsecureRequests
	UserAgent
	Vary
	Via
	WWWAuthenticate
	XContentTypeOptions
	XForwardedFor
	XForwardedHost
	XForwardedPort
	XForwardedProto
	XFrameOptions
	XRealIP
	XRequestID
	numFields
)

// fieldNames is the table: FieldID to name. Lookup's hash is derived from it.
var fieldNames = [numFields]string{
	Accept:                        "accept",
	AcceptCharset:                 "accept-charset",
	AcceptEncoding:                "accept-encoding",
	AcceptLanguage:                "accept-language",
	AcceptRanges:                  "accept-ranges",
	AccessControlAllowCredentials: "access-control-allow-credentials",
	AccessControlAllowHeaders:     "access-control-allow-headers",
	AccessControlAllowMethods:     "access-control-allow-methods",
	AccessControlAllowOrigin:      "access-control-allow-origin",
	AccessControlExposeHeaders:    "access-control-expose-headers",
	AccessControlMaxAge:           "access-control-max-age",
	AccessControlRequestHeaders:   "access-control-request-headers",
	AccessControlRequestMethod:    "access-control-request-method",
	Age:                           "age",
	Allow:                         "allow",
	AltSvc:                        "alt-svc",
	Authorization:                 "authorization",
	CacheControl:                  "cache-control",
	Connection:                    "connection",
	ContentDisposition:            "content-disposition",
	ContentEncoding:               "content-encoding",
	ContentLanguage:               "content-language",
	ContentLength:                 "content-length",
	ContentLocation:               "content-location",
	ContentRange:                  "content-range",
	ContentSecurityPolicy:         "content-security-policy",
	ContentType:                   "content-type",
	Cookie:                        "cookie",
	Date:                          "date",
	ETag:                          "etag",
	Expect:                        "expect",
	Expires:                       "expires",
	Forwarded:                     "forwarded",
	From:                          "from",
	Host:                          "host",
	HTTP2Settings:                 "http2-settings",
	IfMatch:                       "if-match",
	IfModifiedSince:               "if-modified-since",
	IfNoneMatch:                   "if-none-match",
	IfRange:                       "if-range",
	IfUnmodifiedSince:             "if-unmodified-since",
	KeepAlive:                     "keep-alive",
	LastModified:                  "last-modified",
	Link:                          "link",
	Location:                      "location",
	MaxForwards:                   "max-forwards",
	Origin:                        "origin",
	Pragma:                        "pragma",
	Priority:                      "priority",
	ProxyAuthenticate:             "proxy-authenticate",
	ProxyAuthorization:            "proxy-authorization",
	ProxyConnection:               "proxy-connection",
	Range:                         "range",
	Referer:                       "referer",
	RetryAfter:                    "retry-after",
	SecFetchDest:                  "sec-fetch-dest",
	SecFetchMode:                  "sec-fetch-mode",
	SecFetchSite:                  "sec-fetch-site",
	SecFetchUser:                  "sec-fetch-user",
	SecWebSocketAccept:            "sec-websocket-accept",
	SecWebSocketExtensions:        "sec-websocket-extensions",
	SecWebSocketKey:               "sec-websocket-key",
	SecWebSocketProtocol:          "sec-websocket-protocol",
	SecWebSocketVersion:           "sec-websocket-version",
	Server:                        "server",
	SetCookie:                     "set-cookie",
	StrictTransportSecurity:       "strict-transport-security",
	TE:                            "te",
	Trailer:                       "trailer",
	TransferEncoding:              "transfer-encoding",
	Upgrade:                       "upgrade",
	UpgradeInsecureRequests:       "upgrade-insecure-requests",
	UserAgent:                     "user-agent",
	Vary:                          "vary",
	Via:                           "via",
	WWWAuthenticate:               "www-authenticate",
	XContentTypeOptions:           "x-content-type-options",
	XForwardedFor:                 "x-forwarded-for",
	XForwardedHost:                "x-forwarded-host",
	XForwardedPort:                "x-forwarded-port",
	XForwardedProto:               "x-forwarded-proto",
	XFrameOptions:                 "x-frame-options",
	XRealIP:                       "x-real-ip",
	XRequestID:                    "x-request-id",
}

// String is the name in lower case; empty for Unknown.
func (id FieldID) String() string {
	if id >= numFields {
		return ""
	}
	return fieldNames[id]
}

// hashSize is the number of slots of the name table: a power of two that leaves most slots empty, so that a name
// without an id is usually known as such by one load and no compare.
const hashSize = 1024

// fieldHash is an open-addressed table of ids over hashName.
var fieldHash = makeFieldHash()

// nameLike is what Lookup takes: both forms, so that neither caller converts.
type nameLike interface{ ~[]byte | ~string }

// hashName spreads the names of the table: length, both ends and the middle differ where names are alike. name is not empty.
func hashName[T nameLike](name T) uint32 {
	n := len(name)
	h := uint32(name[0])*61 + uint32(name[n-1])*449 + uint32(name[n>>1])*2143 + uint32(n)*9781
	return (h ^ h>>9) & (hashSize - 1)
}

func makeFieldHash() (t [hashSize]FieldID) {
	for id := Unknown + 1; id < numFields; id++ {
		h := hashName(fieldNames[id])
		for t[h] != Unknown {
			h = (h + 1) & (hashSize - 1)
		}
		t[h] = id
	}
	return t
}

// Lookup is the id of a name in lower case; Unknown when it has none. It does not allocate.
func Lookup[T nameLike](name T) FieldID {
	if len(name) == 0 {
		return Unknown
	}
	for h := hashName(name); ; h = (h + 1) & (hashSize - 1) {
		id := fieldHash[h]
		if id == Unknown || fieldNames[id] == string(name) {
			return id
		}
	}
}
