// SPDX-License-Identifier: MIT
// No include guard: names that other libraries' headers take from everyone, as they define them.

// windows.h
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define near
#define far
#define NEAR near
#define FAR far
#define small char
#define hyper __int64
#define interface struct
#define pascal __stdcall
#define cdecl __cdecl
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID void
#define TRUE 1
#define FALSE 0
#define ERROR 0
#define NO_ERROR 0L
#define STRICT 1
#define DELETE 0x10000
#define ABSOLUTE 1
#define RELATIVE 2
#define DIFFERENCE 11
#define DOMAIN 1
#define SING 2
#define OVERFLOW 3
#define UNDERFLOW 4
#define TLOSS 5
#define PLOSS 6

// X11; Success stands in the test, for Eigen refuses it.
#define None 0L
#define Status int
#define Bool int
#define True 1
#define False 0
#define Always 2
#define Above 0
#define Below 1
#define Complex 0
#define Convex 2
#define Nonconvex 1
#define Unsorted 0
#define YSorted 1
#define GrayScale 1
#define Opposite 4

// Carbon
#define check(assertion)
#define require(assertion, label)
#define verify(assertion)
#define nil 0
