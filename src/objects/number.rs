//! Arithmetic on any objects: which operand's slot is asked first, and what stands behind.
//!
//! Mirrors the number half of `Objects/abstract.c`.

use crate::base::ObjId;

use super::slots::{BinaryFunc, Slots, TernaryFunc};
use super::vm::{PyResult, Raised, Vm};
use super::wellknown::{NONE, NOT_IMPLEMENTED, types};

/// The two slots of an operator and its symbol, in the order of `NB_ADD` … `NB_XOR`
/// (`**` apart).
struct BinaryOp {
    slot: fn(&Slots) -> Option<BinaryFunc>,
    inplace: fn(&Slots) -> Option<BinaryFunc>,
    symbol: &'static str,
}

macro_rules! ops { ($($slot:ident $inplace:ident $symbol:literal;)*) => {
    &[$(BinaryOp { slot: |s| s.$slot, inplace: |s| s.$inplace, symbol: $symbol },)*]
} }

/// By the oparg of `BINARY_OP`, which counts alphabetically.
const OPS: &[BinaryOp] = ops! {
    nb_add nb_inplace_add "+"; nb_and nb_inplace_and "&"; nb_floor_divide nb_inplace_floor_divide "//";
    nb_lshift nb_inplace_lshift "<<"; nb_matrix_multiply nb_inplace_matrix_multiply "@";
    nb_multiply nb_inplace_multiply "*"; nb_remainder nb_inplace_remainder "%"; nb_or nb_inplace_or "|";
    nb_add nb_inplace_add "**"; nb_rshift nb_inplace_rshift ">>"; nb_subtract nb_inplace_subtract "-";
    nb_true_divide nb_inplace_true_divide "/"; nb_xor nb_inplace_xor "^";
};

const NB_ADD: usize = 0;
const NB_MULTIPLY: usize = 5;
const NB_OR: usize = 7;
const NB_POWER: usize = 8;
const INPLACE: usize = 13;

impl Vm {
    /// The operation of a `BINARY_OP` oparg: 0 to 12 plain, 13 to 25 in place.
    pub fn binary_op(&mut self, oparg: usize, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        if oparg >= INPLACE {
            self.number_inplace(oparg - INPLACE, a, b)
        } else {
            self.number_binary(oparg, a, b)
        }
    }

    fn number_binary(&mut self, index: usize, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        if index == NB_POWER {
            return self.number_power(a, b, NONE);
        }
        let result = self.binary_op1(a, b, OPS[index].slot)?;
        if result != NOT_IMPLEMENTED {
            return Ok(result);
        }
        self.sequence_fallback(index, a, b, OPS[index].symbol)
    }

    fn number_inplace(&mut self, index: usize, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        if index == NB_POWER {
            return self.number_inplace_power(a, b);
        }
        if let Some(inplace) = (OPS[index].inplace)(self.slots_of(a)) {
            let result = inplace(self, a, b)?;
            if result != NOT_IMPLEMENTED {
                return Ok(result);
            }
        }
        let result = self.binary_op1(a, b, OPS[index].slot)?;
        if result != NOT_IMPLEMENTED {
            return Ok(result);
        }
        let symbol = format!("{}=", OPS[index].symbol);
        if index == NB_ADD {
            let slots = self.slots_of(a);
            if let Some(concat) = slots.sq_inplace_concat.or(slots.sq_concat) {
                return concat(self, a, b);
            }
        }
        if index == NB_MULTIPLY {
            let slots = self.slots_of(a);
            if let Some(repeat) = slots.sq_inplace_repeat.or(slots.sq_repeat) {
                let n = self.repeat_count(b)?;
                return repeat(self, a, n);
            }
            if let Some(repeat) = self.slots_of(b).sq_repeat {
                let n = self.repeat_count(a)?;
                return repeat(self, b, n);
            }
        }
        Err(self.unsupported_operands(&symbol, a, b))
    }

    /// The order of asking: the right operand first if its type is a proper subtype with another
    /// slot (`binary_op1`).
    fn binary_op1(
        &mut self,
        a: ObjId,
        b: ObjId,
        slot: fn(&Slots) -> Option<BinaryFunc>,
    ) -> PyResult<ObjId> {
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let slot_a = slot(self.slots_of(a));
        let mut slot_b = if ta == tb {
            None
        } else {
            slot(self.slots_of(b))
        };
        if slot_b.map(|f| f as usize) == slot_a.map(|f| f as usize) {
            slot_b = None;
        }
        if let Some(f) = slot_a {
            if let Some(g) = slot_b
                && self.is_subtype(tb, ta)
            {
                let result = g(self, a, b)?;
                if result != NOT_IMPLEMENTED {
                    return Ok(result);
                }
                slot_b = None;
            }
            let result = f(self, a, b)?;
            if result != NOT_IMPLEMENTED {
                return Ok(result);
            }
        }
        match slot_b {
            Some(g) => g(self, a, b),
            None => Ok(NOT_IMPLEMENTED),
        }
    }

    /// `+` of sequences and `*` of a sequence and a count.
    fn sequence_fallback(
        &mut self,
        index: usize,
        a: ObjId,
        b: ObjId,
        symbol: &str,
    ) -> PyResult<ObjId> {
        if index == NB_ADD
            && let Some(concat) = self.slots_of(a).sq_concat
        {
            return concat(self, a, b);
        }
        if index == NB_MULTIPLY {
            if let Some(repeat) = self.slots_of(a).sq_repeat {
                let n = self.repeat_count(b)?;
                return repeat(self, a, n);
            }
            if let Some(repeat) = self.slots_of(b).sq_repeat {
                let n = self.repeat_count(a)?;
                return repeat(self, b, n);
            }
        }
        Err(self.unsupported_operands(symbol, a, b))
    }

    fn repeat_count(&mut self, n: ObjId) -> PyResult<i64> {
        if self.has_index(n) {
            return self.index_as_ssize(n, Some(types::OVERFLOW_ERROR));
        }
        let name = self.type_name_of(n);
        Err(self.type_error(format!(
            "can't multiply sequence by non-int of type '{name}'"
        )))
    }

    #[cold]
    fn unsupported_operands(&mut self, symbol: &str, a: ObjId, b: ObjId) -> Raised {
        let (na, nb) = (self.type_name_of(a), self.type_name_of(b));
        // `print >> stream`, the statement of long ago.
        let hint = symbol == ">>"
            && matches!(self.heap.payload(a), super::object::Payload::CFunction(f) if f.m_ml.ml_name == "print");
        let hint = if hint {
            ". Did you mean \"print(<message>, file=<output_stream>)\"?"
        } else {
            ""
        };
        self.type_error(format!(
            "unsupported operand type(s) for {symbol}: '{na}' and '{nb}'{hint}"
        ))
    }

    /// `a ** b`, or `pow(a, b, modulus)`; `modulus` is `None` when absent (`ternary_op`).
    pub fn number_power(&mut self, a: ObjId, b: ObjId, modulus: ObjId) -> PyResult<ObjId> {
        let result = self.ternary(a, b, modulus)?;
        if result != NOT_IMPLEMENTED {
            return Ok(result);
        }
        self.power_error("** or pow()", a, b, modulus)
    }

    fn power_error(&mut self, symbol: &str, a: ObjId, b: ObjId, modulus: ObjId) -> PyResult<ObjId> {
        let (na, nb, nm) = (
            self.type_name_of(a),
            self.type_name_of(b),
            self.type_name_of(modulus),
        );
        Err(self.type_error(if modulus == NONE {
            format!("unsupported operand type(s) for {symbol}: '{na}' and '{nb}'")
        } else {
            format!("unsupported operand type(s) for {symbol}: '{na}', '{nb}', '{nm}'")
        }))
    }

    fn number_inplace_power(&mut self, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        if let Some(f) = self.slots_of(a).nb_inplace_power {
            let result = f(self, a, b, NONE)?;
            if result != NOT_IMPLEMENTED {
                return Ok(result);
            }
        }
        let result = self.ternary(a, b, NONE)?;
        if result != NOT_IMPLEMENTED {
            return Ok(result);
        }
        self.power_error("**=", a, b, NONE)
    }

    fn ternary(&mut self, a: ObjId, b: ObjId, c: ObjId) -> PyResult<ObjId> {
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let slot_a = self.slots_of(a).nb_power;
        let key = |f: Option<TernaryFunc>| f.map(|f| f as usize);
        let mut slot_b = if ta == tb {
            None
        } else {
            self.slots_of(b).nb_power
        };
        if key(slot_b) == key(slot_a) {
            slot_b = None;
        }
        if let Some(f) = slot_a {
            if let Some(g) = slot_b
                && self.is_subtype(tb, ta)
            {
                let result = g(self, a, b, c)?;
                if result != NOT_IMPLEMENTED {
                    return Ok(result);
                }
                slot_b = None;
            }
            let result = f(self, a, b, c)?;
            if result != NOT_IMPLEMENTED {
                return Ok(result);
            }
        }
        if let Some(g) = slot_b {
            let result = g(self, a, b, c)?;
            if result != NOT_IMPLEMENTED {
                return Ok(result);
            }
        }
        let slot_c = self.slots_of(c).nb_power;
        if c != NONE
            && key(slot_c) != key(slot_a)
            && key(slot_c) != key(slot_b)
            && let Some(h) = slot_c
        {
            return h(self, a, b, c);
        }
        Ok(NOT_IMPLEMENTED)
    }

    /// `divmod(a, b)`.
    pub fn number_divmod(&mut self, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        let result = self.binary_op1(a, b, |s| s.nb_divmod)?;
        if result != NOT_IMPLEMENTED {
            return Ok(result);
        }
        Err(self.unsupported_operands("divmod()", a, b))
    }

    /// `a | b`.
    pub fn number_or(&mut self, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        self.number_binary(NB_OR, a, b)
    }

    /// `a + b`.
    pub fn number_add(&mut self, a: ObjId, b: ObjId) -> PyResult<ObjId> {
        self.number_binary(NB_ADD, a, b)
    }

    fn unary(
        &mut self,
        x: ObjId,
        slot: Option<super::slots::UnaryFunc>,
        what: &str,
    ) -> PyResult<ObjId> {
        if let Some(f) = slot {
            f(self, x)
        } else {
            let name = self.type_name_of(x);
            Err(self.type_error(format!("bad operand type for {what}: '{name}'")))
        }
    }

    /// `-x`.
    pub fn number_negative(&mut self, x: ObjId) -> PyResult<ObjId> {
        let slot = self.slots_of(x).nb_negative;
        self.unary(x, slot, "unary -")
    }

    /// `+x`.
    pub fn number_positive(&mut self, x: ObjId) -> PyResult<ObjId> {
        let slot = self.slots_of(x).nb_positive;
        self.unary(x, slot, "unary +")
    }

    /// `~x`.
    pub fn number_invert(&mut self, x: ObjId) -> PyResult<ObjId> {
        let slot = self.slots_of(x).nb_invert;
        self.unary(x, slot, "unary ~")
    }

    /// `abs(x)`.
    pub fn number_absolute(&mut self, x: ObjId) -> PyResult<ObjId> {
        let slot = self.slots_of(x).nb_absolute;
        self.unary(x, slot, "abs()")
    }

    /// Arguments of a constructor by position or name: NULL where nothing was given.
    pub fn parse_args(
        &mut self,
        name: &str,
        args: ObjId,
        kwargs: ObjId,
        parameters: &[&str],
        required: usize,
    ) -> PyResult<Vec<ObjId>> {
        self.unpack_tuple_dict(
            &super::getargs::Signature::new(name, parameters, required),
            args,
            kwargs,
        )
    }
}
