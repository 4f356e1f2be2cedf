package acl

import "math"

// intConvs compute with integers (HAProxy's guide, 7.3.1). Sums and products stay at the limits of 64 bits.
var intConvs = []conv{
	{"add", "value:operand", Int, Int, arith(addInt), nil, "adds a number"},
	{"sub", "value:operand", Int, Int, arith(subInt), nil, "subtracts a number"},
	{"mul", "value:operand", Int, Int, arith(mulInt), nil, "multiplies by a number"},
	{"div", "value:operand", Int, Int, arith(divInt), nil, "divides by a number; by 0 gives the largest integer"},
	{"mod", "value:operand", Int, Int, arith(modInt), nil, "the remainder of a division; by 0 gives 0"},
	{"and", "value:operand", Int, Int, arith(func(a, b int64) int64 { return a & b }), nil, "the bits that both have"},
	{"or", "value:operand", Int, Int, arith(func(a, b int64) int64 { return a | b }), nil, "the bits that either has"},
	{"xor", "value:operand", Int, Int, arith(func(a, b int64) int64 { return a ^ b }), nil, "the bits that only one has"},
	{"cpl", "", Int, Int, unary(func(n int64) int64 { return ^n }), nil, "all bits flipped"},
	{"neg", "", Int, Int, unary(negated), nil, "the opposite number"},
	{"bool", "", Int, Bool, test(func(n int64) bool { return n != 0 }), nil, "true unless 0"},
	{"not", "", Int, Bool, test(func(n int64) bool { return n == 0 }), nil, "true where 0"},
	{"even", "", Int, Bool, test(func(n int64) bool { return n&1 == 0 }), nil, "true for an even number"},
	{"odd", "", Int, Bool, test(func(n int64) bool { return n&1 != 0 }), nil, "true for an odd number"},
	{"iif", "true:str,false:str", Bool, Str, convIif, nil, "one text where true, the other where false"},
}

type runConv = func(c *Context, a *args, s *Sample) bool

func arith(f func(a, b int64) int64) runConv {
	return func(c *Context, a *args, s *Sample) bool {
		n, ok := a.operand(c)
		return ok && s.setInt(f(s.Int, n))
	}
}

func unary(f func(int64) int64) runConv {
	return func(_ *Context, _ *args, s *Sample) bool { return s.setInt(f(s.Int)) }
}

func test(f func(int64) bool) runConv {
	return func(_ *Context, _ *args, s *Sample) bool { return s.setBool(f(s.Int)) }
}

func addInt(a, b int64) int64 {
	switch {
	case b > 0 && a > math.MaxInt64-b:
		return math.MaxInt64
	case b < 0 && a < math.MinInt64-b:
		return math.MinInt64
	}
	return a + b
}

func subInt(a, b int64) int64 {
	switch {
	case b < 0 && a > math.MaxInt64+b:
		return math.MaxInt64
	case b > 0 && a < math.MinInt64+b:
		return math.MinInt64
	}
	return a - b
}

func mulInt(a, b int64) int64 {
	if a == 0 || b == 0 {
		return 0
	}
	p := a * b
	if p/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64) {
		return p
	}
	if (a < 0) == (b < 0) {
		return math.MaxInt64
	}
	return math.MinInt64
}

func divInt(a, b int64) int64 {
	switch {
	case b == 0, b == -1 && a == math.MinInt64:
		return math.MaxInt64
	}
	return a / b
}

func modInt(a, b int64) int64 {
	if b == 0 || b == -1 {
		return 0
	}
	return a % b
}

func convIif(_ *Context, a *args, s *Sample) bool {
	if s.Int != 0 {
		return s.setStr(stringBytes(a.str[0]))
	}
	return s.setStr(stringBytes(a.str[1]))
}

// negated is -n; of the least number, which has no opposite, the greatest.
func negated(n int64) int64 {
	if n == -1<<63 {
		return 1<<63 - 1
	}
	return -n
}
