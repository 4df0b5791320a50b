use super::*;

struct Null;

impl Decoder for Null {
    fn frame(&mut self, _: Frame<'_>, _: &mut Events) -> Result<()> {
        Ok(())
    }

    fn whole(&mut self, _: &[u8], _: &mut Events) -> Result<()> {
        Ok(())
    }

    fn end(&mut self, _: &mut Events) -> Result<()> {
        Ok(())
    }
}

/// Thousands of streams may be open at once, so what one costs is part of the contract.
#[test]
fn an_open_stream_is_small() {
    let size = size_of::<Driver<Null>>();
    assert!(size <= 1_024, "{size} bytes, without the decoder");
}
