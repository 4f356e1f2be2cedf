package hclfile

import (
	"io"
	"os"

	"weir/conf"
	"weir/conf/cfgfile"
)

// maxReplyFile bounds what is read of a reply's file, in bytes: it stays in memory and goes out whole.
const maxReplyFile = 1 << 20

// replyFile is a body that stands in a file of its own. It is read when the whole configuration has been, and it is known what its
// name is relative to.
type replyFile struct {
	reply *conf.Reply
	pos   conf.Pos
	path  string
	lf    bool // it holds a log-format of HAProxy's, not the body itself
}

func (d *decoder) readReplyFiles() {
	for _, f := range d.replyFiles {
		data, err := readUpTo(d.cfg.Global.FilePath(f.pos, f.reply.Path), maxReplyFile+1)
		switch {
		case err != nil:
			d.add(conf.Bad(f.pos, f.path, "cannot read %q: %s", f.reply.Path, cause(err)))
		case len(data) > maxReplyFile:
			d.add(conf.Bad(f.pos, f.path, "%q has more than %d bytes", f.reply.Path, maxReplyFile))
		case f.lf:
			format, errs := cfgfile.ParseFormat(f.pos, string(data))
			for _, e := range errs {
				e.Path = join(f.path, e.Path)
				d.add(e)
			}
			f.reply.Format = format
		default:
			f.reply.Body = data
		}
	}
}

func readUpTo(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}
