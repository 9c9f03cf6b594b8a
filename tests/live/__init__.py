"""Real calls between real peers, through an impairer that records what it did."""
