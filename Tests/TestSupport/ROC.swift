/// Area under the ROC curve by its definition: the part of all (positive, negative) pairs in which the
/// positive scores higher, ties counting half.
public func areaUnderROC(positives: [Double], negatives: [Double]) -> Double {
    var wins = 0.0
    for positive in positives {
        for negative in negatives { wins += positive > negative ? 1 : positive == negative ? 0.5 : 0 }
    }
    return wins / (Double(positives.count) * Double(negatives.count))
}
