"""One method in each language, with what its context must hold and what it should not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """A file, the target in it, and texts that must and must not be sent with it."""

    source: str
    target: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()


SAMPLES = {
    "go": Sample(
        """\
package p

import "fmt"

const limit = 3

type Cart struct {
	items []int
	name string
}

func (c *Cart) Total() int {
	fmt.Println(c.items)
	return limit + rest(c)
}

func rest(c *Cart) int { return 1 }
""",
        "Cart.Total",
        ('"fmt"', "const limit = 3", "items []int", "func rest(c *Cart) int"),
        ("name string",),
    ),
    "typescript": Sample(
        """\
import { a, b } from './x';
const LIMIT: number = 3;

export class Cart {
  private items: number[] = [];
  label = '';

  total(): number {
    return a(this.items) + LIMIT + this.rest();
  }

  rest(): number {
    return 1;
  }
}
""",
        "Cart.total",
        ("import { a, b } from './x'", "const LIMIT: number = 3", "private items: number[]", "rest(): number"),
        ("label",),
    ),
    "java": Sample(
        """\
package p;

import java.util.List;

public class Cart {
    private static final int LIMIT = 3;
    private List<Integer> items;
    private String label;

    int total() {
        return items.size() + LIMIT + rest();
    }

    int rest() {
        return 1;
    }
}
""",
        "Cart.total",
        ("LIMIT = 3", "List<Integer> items", "int rest()"),
        ("String label",),
    ),
    "rust": Sample(
        """\
use std::fmt::Debug;

const LIMIT: u32 = 3;

pub struct Cart {
    items: Vec<u32>,
    label: String,
}

impl Cart {
    pub fn total<T: Debug>(&self) -> u32 {
        self.items.len() as u32 + LIMIT + rest()
    }
}

fn rest() -> u32 {
    1
}
""",
        "Cart.total",
        ("use std::fmt::Debug", "const LIMIT: u32 = 3", "items: Vec<u32>", "fn rest() -> u32"),
        ("label: String",),
    ),
    "ruby": Sample(
        """\
require 'set'

LIMIT = 3

class Cart
  attr_reader :items

  def initialize
    @seen = Set.new
    @label = ''
  end

  def total
    items.size + LIMIT + @seen.size + rest
  end

  def rest
    1
  end
end
""",
        "Cart.total",
        ("LIMIT = 3", "attr_reader :items", "def rest", "@seen = Set.new"),
        ("@label",),
    ),
    "c": Sample(
        """\
#include <stdio.h>
#define LIMIT 3

static int counter;

static int rest(int a);

int total(int a) {
    counter++;
    return a + LIMIT + rest(a);
}

static int rest(int a) { return a; }
""",
        "total",
        ("#define LIMIT 3", "static int counter;", "static int rest(int a)"),
        (),
    ),
    "csharp": Sample(
        """\
using System;

namespace P;

public class Cart {
    const int Limit = 3;
    public int Items { get; set; }
    public string Label { get; set; }

    public int Total() {
        return Items + Limit + Rest();
    }

    int Rest() { return 1; }
}
""",
        "Cart.Total",
        ("const int Limit = 3", "int Items", "int Rest()"),
        (),
    ),
}
