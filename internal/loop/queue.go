package loop

// queue is first in, first out, and allocates nothing once it has been as long as it gets.
type queue[T any] struct {
	all  []T
	head int // all[head:] waits
}

func (q *queue[T]) len() int { return len(q.all) - q.head }

func (q *queue[T]) push(v T) { q.all = append(q.all, v) }

func (q *queue[T]) first() T { return q.all[q.head] }

func (q *queue[T]) pop() T {
	var none T
	v := q.all[q.head]
	q.all[q.head] = none
	q.head++
	switch {
	case q.head == len(q.all):
		q.all, q.head = q.all[:0], 0
	case q.head >= compactQueue && q.head*2 >= len(q.all):
		n := copy(q.all, q.all[q.head:])
		clear(q.all[n:])
		q.all, q.head = q.all[:n], 0
	}
	return v
}

// compactQueue is how many places at the beginning may be empty before the rest moves up: a queue that is never empty would grow
// for ever otherwise.
const compactQueue = 64
